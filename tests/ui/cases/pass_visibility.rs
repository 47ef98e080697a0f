//! Every visibility, and types that nobody else can name.

#![deny(warnings, private_interfaces, private_bounds)]

mod outer {
    mod inner {
        use docktuna::Tunable;

        #[derive(Tunable)]
        pub struct Open {
            pub(in crate::outer) part: Hidden,
            pub(super) kind: Kind,
            pub(in crate::outer) maybe: Option<Hidden>,
            own: Own<Hidden>,
        }

        #[derive(Tunable)]
        pub(in crate::outer) struct Hidden {
            pub(self) on: bool,
        }

        #[derive(Tunable)]
        pub(super) enum Kind {
            Part(Hidden),
            Named { own: Own<bool> },
        }

        #[derive(Tunable)]
        pub(crate) struct Own<T> {
            value: T,
        }
    }

    pub use inner::Open;

    pub fn read(open: &Open) -> bool {
        let _ = (&open.part, &open.kind, &open.maybe);
        true
    }
}

fn main() {
    let _ = (<outer::Open as docktuna::Tunable>::SPACE, outer::read);
}
