use docktuna::Tunable;

#[derive(Tunable)]
enum Generic<A, B> {
    A {
        #[tune(shared)]
        inner: A,
    },
    B {
        #[tune(shared)]
        inner: B,
    },
}

#[derive(Tunable)]
struct One {
    on: bool,
}

fn main() {
    let _ = <Generic<One, One> as Tunable>::space();
    let _ = <Generic<One, bool> as Tunable>::space();
}
