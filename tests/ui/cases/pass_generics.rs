#![deny(warnings)]

use std::fmt::Debug;
use std::marker::PhantomData;

use docktuna::Tunable;

#[derive(Tunable)]
pub struct Model<T, const N: u8, U = bool>
where
    U: Debug,
{
    pub inner: T,
    #[tune(range = 1..=N, default = N)]
    pub layers: u8,
    #[tune(range = Self::LOW..=8)]
    pub heads: u8,
    #[tune(flatten)]
    pub pair: Pair<U>,
    // Neither tunable nor with a default, and nothing is asked of it.
    #[tune(skip)]
    pub marker: PhantomData<U>,
}

impl<T, const N: u8, U: Debug> Model<T, N, U> {
    const LOW: u8 = 2;
}

#[derive(Tunable)]
pub struct Pair<A> {
    pub a: bool,
    #[tune(skip)]
    pub marker: PhantomData<A>,
}

#[derive(Tunable)]
pub struct Tagged<'a> {
    pub on: bool,
    #[tune(skip = "none")]
    pub tag: &'a str,
}

#[derive(Tunable)]
pub enum Either<A, B> {
    A(A),
    B { b: B },
}

#[derive(Default)]
struct Private<T>(T);

// As in serde, what is not searched asks for a default, but of the field's type only.
#[derive(Tunable)]
pub struct Skipping<T, U, const N: usize>
where
    [u8; N]: Debug,
{
    pub on: bool,
    #[tune(skip)]
    pub state: T,
    #[tune(fixed)]
    pub seed: (T, u8),
    #[tune(skip)]
    hidden: Private<T>,
    #[tune(skip)]
    pub bytes: [u8; N],
    #[tune(skip)]
    pub list: Vec<U>,
    #[tune(skip)]
    pub maybe: Option<Box<Skipping<T, U, N>>>,
}

#[derive(Tunable)]
pub enum SkippingVariant<T> {
    One {
        on: bool,
        #[tune(skip)]
        state: T,
    },
    Other,
}

#[derive(Debug)]
pub struct NotTunable;

fn main() {
    let space = Model::<Either<bool, Pair<u8>>, 4, NotTunable>::SPACE;
    assert_eq!(space.field(1).space().param().default(), Some(&docktuna::Value::Int(4)));
    let _ = Tagged::space();
    fn is_tunable<T: Tunable>() {}
    is_tunable::<Skipping<u8, NotTunable, 3>>();
    is_tunable::<SkippingVariant<String>>();
}
