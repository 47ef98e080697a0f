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
    // Not tunable, so nothing is asked of it.
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

#[derive(Debug)]
pub struct NotTunable;

fn main() {
    let space = Model::<Either<bool, Pair<u8>>, 4, NotTunable>::SPACE;
    assert_eq!(space.field(1).space().param().default(), Some(&docktuna::Value::Int(4)));
    let _ = Tagged::space();
}
