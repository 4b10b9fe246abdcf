//! Why something cannot be downloaded, by the rules of the program that downloads it. Changes nothing.

pub mod go;
pub mod pasted;
pub mod repository;
