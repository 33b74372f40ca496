//! How texts are declared: name, values and key side by side; and what a value can be.

use fluent_bundle::FluentValue;

use crate::content::ContentKind;
use crate::formatted::one_line;
use crate::ids::{PersonId, TicketId};
use crate::ticket::{Priority, Status};

/// Declares [`Text`]: each text with its values and its key.
///
/// A function cannot do this: name, key and values are written once, side by side, and the test
/// that compares them with the files of `texts/` reads the same list.
macro_rules! texts {
    ($(#[$doc:meta])* pub enum Text<'a> {
        $($(#[$vdoc:meta])* $name:ident $({ $($value:ident: $type:ty),+ $(,)? })? = $key:literal,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum Text<'a> {
            $(
                $(#[$vdoc])*
                $name $({
                    $(#[doc = concat!("`$", stringify!($value), "`")] $value: $type,)+
                })?,
            )+
        }

        impl Text<'_> {
            /// Every key, with the names of the values that its words may use.
            pub const KEYS: &'static [(&'static str, &'static [&'static str])] = &[
                $(($key, &[$($(stringify!($value)),+)?]),)+
            ];

            /// The key in `texts/*.ftl`.
            pub const fn key(&self) -> &'static str {
                match self { $(Self::$name { .. } => $key,)+ }
            }

            /// The values, ready to be put in.
            pub(super) fn arguments(&self) -> FluentArgs<'static> {
                let mut arguments = FluentArgs::new();
                match self {
                    $(Self::$name $({ $($value),+ })? => {
                        $($(arguments.set(stringify!($value), $value.value());)+)?
                    })+
                }
                arguments
            }
        }
    };
}
pub(super) use texts;

/// What can be put into a text.
pub(super) trait Value {
    fn value(&self) -> FluentValue<'static>;
}

impl Value for &str {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(one_line(self))
    }
}

// Ids are names, not amounts: they are never rounded or grouped.
impl Value for TicketId {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_string())
    }
}

impl Value for PersonId {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_string())
    }
}

impl Value for u32 {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Value for u64 {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Value for i64 {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Value for usize {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

// Words of the desk choose a variant of the message.
impl Value for Status {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.as_str())
    }
}

impl Value for Priority {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.as_str())
    }
}

impl Value for ContentKind {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.as_str())
    }
}
