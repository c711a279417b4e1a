//! Settings that are not right are refused with what would be right.
