//! Every operation with every kind of caller.
