//! The JSON of the contract, both ways.
