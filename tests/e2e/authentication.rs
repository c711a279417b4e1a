//! Whose tokens are accepted, over the wire.
