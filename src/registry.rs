//! The one-line registration: a module's name in a list declares the module and puts its value into a table.
//!
//! `cargo fmt` does not follow modules that a macro declares: check them with `rustfmt --check` and their paths.

/// `registry! { pub static ALL: Kind = CHECK; one, other }` declares `mod one; mod other;` and a table of
/// `&one::CHECK, &other::CHECK`.
macro_rules! registry {
    ($(#[$note:meta])* $vis:vis static $all:ident: $kind:ty = $item:ident; $($module:ident),* $(,)?) => {
        $(mod $module;)*
        $(#[$note])*
        $vis static $all: &[&$kind] = &[$(&$module::$item),*];
    };
}

pub(crate) use registry;
