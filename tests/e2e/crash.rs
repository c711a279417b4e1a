//! A killed server loses nothing that it acknowledged.
