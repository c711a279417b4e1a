//! What bad input is answered.
