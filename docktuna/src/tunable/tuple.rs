//! Tuples: groups whose fields are called `0`, `1`, ….

use super::{Sink, Source, Tunable};
use crate::space::{Field, Space};

macro_rules! tuples {
    ($(($($name:literal $index:tt $ty:ident),*)),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($ty: Tunable),*> Tunable for ($($ty,)*) {
            const NAME: &'static str = "tuple";
            const SPACE: &'static Space =
                &Space::Group(const { &[$(Field::new($name, "", $ty::SPACE)),*] });

            fn build<S: Source + ?Sized>(source: &mut S) -> Result<Self, S::Error> {
                Ok(($({
                    source.enter($name);
                    let value = $ty::build(source)?;
                    source.leave();
                    value
                },)*))
            }

            fn record<K: Sink + ?Sized>(&self, sink: &mut K) -> Result<(), K::Error> {
                $(
                    sink.enter($name);
                    self.$index.record(sink)?;
                    sink.leave();
                )*
                Ok(())
            }
        }
    )*};
}
tuples!(
    ("0" 0 A),
    ("0" 0 A, "1" 1 B),
    ("0" 0 A, "1" 1 B, "2" 2 C),
    ("0" 0 A, "1" 1 B, "2" 2 C, "3" 3 D),
    ("0" 0 A, "1" 1 B, "2" 2 C, "3" 3 D, "4" 4 E),
    ("0" 0 A, "1" 1 B, "2" 2 C, "3" 3 D, "4" 4 E, "5" 5 F),
    ("0" 0 A, "1" 1 B, "2" 2 C, "3" 3 D, "4" 4 E, "5" 5 F, "6" 6 G),
    ("0" 0 A, "1" 1 B, "2" 2 C, "3" 3 D, "4" 4 E, "5" 5 F, "6" 6 G, "7" 7 H)
);
