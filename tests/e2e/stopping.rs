//! A server that is told to stop.
