use docktuna::Tunable;

#[derive(Tunable)]
#[tune(validate = Self::check, constraint(size = Self::size, time = seconds))]
struct Model {
    on: bool,
}

impl Model {
    fn check(&self) -> bool {
        self.on
    }

    fn size(self) -> f64 {
        0.0
    }
}

fn seconds(_: &Model) -> f32 {
    0.0
}

struct Opaque;

#[derive(Tunable)]
#[tune(validate = opaque)]
enum Kind {
    Small,
    Large,
}

fn opaque(_: &Kind) -> Result<(), Opaque> {
    Ok(())
}

#[derive(Tunable)]
#[tune(validate = two, constraint(missing = nowhere))]
struct Another {
    on: bool,
}

fn two(_: &Another, _: u8) -> Result<(), String> {
    Ok(())
}

fn main() {}
