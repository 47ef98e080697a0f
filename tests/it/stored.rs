//! What other programs have stored, or may: read as Python reads it, or refused with the row's name.

use docktuna::{Error, Params, Tunable};

#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(validate = Self::check)]
struct Ordered {
    #[tune(range = 0.0..=1.0)]
    low: f64,
    #[tune(range = 0.0..=1.0)]
    high: f64,
}

impl Ordered {
    fn check(&self) -> Result<(), &'static str> {
        if self.low > self.high {
            return Err("low is above high");
        }
        Ok(())
    }
}

#[test]
fn f12_a_configuration_that_validate_refuses_does_not_come_out_of_parameters() {
    let of = |low, high| Params::of(&Ordered { low, high }).unwrap();
    let (low, high) = (0.25, 0.5);
    assert_eq!(
        of(low, high).to_config::<Ordered>().unwrap(),
        Ordered { low, high }
    );
    let error = of(0.5, 0.25).to_config::<Ordered>().unwrap_err();
    assert!(
        matches!(&error, Error::Refused { reason, .. } if reason == "low is above high"),
        "{error:?}"
    );
}
