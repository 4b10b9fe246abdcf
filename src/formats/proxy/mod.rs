//! Proxies as programs are told of them: the address, the variables, and the list of hosts that need none.

pub mod dialect;
pub mod no_proxy;
pub mod setting;
