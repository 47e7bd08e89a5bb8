//! Enumerations that are words in XML: each variant stands beside its spelling, once.

/// Declares an enumeration with the word each variant is written as: `as_str` writes it, `from_word` reads it.
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[$vmeta])* $variant,)+
        }

        impl $name {
            /// The word written in XML.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The value a word of the XML stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::xml::Word for $name {
            fn from_word(word: &str) -> Option<Self> { Self::from_word(word) }
            fn as_str(self) -> &'static str { Self::as_str(self) }
        }

        impl $crate::xml::Value for $name {
            fn write(&self, out: &mut String) { out.push_str(self.as_str()) }
        }
    };
}
pub(crate) use words;

/// A value that is one of a fixed set of words.
pub trait Word: Sized + Copy {
    /// The value a word stands for.
    fn from_word(word: &str) -> Option<Self>;
    /// The word.
    fn as_str(self) -> &'static str;
}
