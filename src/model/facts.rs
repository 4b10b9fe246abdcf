//! What was found on the machine: one struct per source, each filled by one function of `engine::inspect`.
