//! Formulas: numbers, names, `+ - * / ^`, parentheses and functions.
//!
//! The crates for this were no use: one computes `cos(9 * (x - 1) * 2)` wrongly (exmex 0.21), others have a
//! licence that we do not take, or nobody keeps them.

/// A formula that is ready to compute.
#[derive(Debug, Clone)]
pub(super) enum Formula {
    Number(f64),
    /// The value of a name, by its place.
    Slot(usize),
    Sum(Vec<Formula>),
    Product(Vec<Formula>),
    /// 1 / x.
    Inverse(Box<Formula>),
    Power(Box<Formula>, Box<Formula>),
    Function(Function, Box<Formula>),
    Smallest(Vec<Formula>),
    Largest(Vec<Formula>),
}

type Function = fn(f64) -> f64;

/// The functions of one number.
const FUNCTIONS: &[(&str, Function)] = &[
    ("abs", f64::abs),
    ("ceil", f64::ceil),
    ("cos", f64::cos),
    ("exp", f64::exp),
    ("floor", f64::floor),
    ("ln", f64::ln),
    ("log10", f64::log10),
    ("log2", f64::log2),
    ("round", f64::round),
    ("sin", f64::sin),
    ("sqrt", f64::sqrt),
    ("tan", f64::tan),
    ("tanh", f64::tanh),
];

impl Formula {
    /// Reads a formula, whose names `slot` knows. A name is in braces, `{x}`.
    pub(super) fn parse(
        text: &str,
        slot: impl Fn(&str) -> Result<usize, String>,
    ) -> Result<Self, String> {
        let mut parser = Parser { rest: text, slot };
        let formula = parser.sum()?;
        parser.end()?;
        Ok(formula)
    }

    /// What it comes to with these values of the names.
    pub(super) fn number(&self, slots: &[f64]) -> f64 {
        let all = |parts: &[Self], start: f64, join: fn(f64, f64) -> f64| {
            let parts = parts.iter().map(|part| part.number(slots));
            parts.fold(start, join)
        };
        match self {
            Self::Number(number) => *number,
            Self::Slot(place) => slots[*place],
            Self::Sum(parts) => all(parts, 0.0, |a, b| a + b),
            Self::Product(parts) => all(parts, 1.0, |a, b| a * b),
            Self::Inverse(of) => of.number(slots).recip(),
            #[allow(
                clippy::float_cmp,
                reason = "a square by multiplication is the same everywhere"
            )]
            Self::Power(base, exponent) => {
                let (base, exponent) = (base.number(slots), exponent.number(slots));
                match exponent == 2.0 {
                    true => base * base,
                    false => base.powf(exponent),
                }
            }
            Self::Function(function, of) => function(of.number(slots)),
            Self::Smallest(parts) => all(parts, f64::INFINITY, f64::min),
            Self::Largest(parts) => all(parts, f64::NEG_INFINITY, f64::max),
        }
    }
}

/// Reads from the left; each function reads what binds at least as strongly as it says.
struct Parser<'a, S> {
    rest: &'a str,
    slot: S,
}

impl<'a, S: Fn(&str) -> Result<usize, String>> Parser<'a, S> {
    fn sum(&mut self) -> Result<Formula, String> {
        let mut parts = vec![self.product()?];
        loop {
            if self.take('+') {
                parts.push(self.product()?);
            } else if self.take('-') {
                parts.push(negative(self.product()?));
            } else {
                return Ok(joined(parts, Formula::Sum));
            }
        }
    }

    fn product(&mut self) -> Result<Formula, String> {
        let mut parts = vec![self.signed()?];
        loop {
            if self.take('*') {
                parts.push(self.signed()?);
            } else if self.take('/') {
                parts.push(Formula::Inverse(Box::new(self.signed()?)));
            } else {
                return Ok(joined(parts, Formula::Product));
            }
        }
    }

    /// A sign binds weaker than a power: -2^2 is -4.
    fn signed(&mut self) -> Result<Formula, String> {
        if self.take('-') {
            return Ok(negative(self.signed()?));
        }
        let base = self.atom()?;
        match self.take('^') {
            true => Ok(Formula::Power(Box::new(base), Box::new(self.signed()?))),
            false => Ok(base),
        }
    }

    fn atom(&mut self) -> Result<Formula, String> {
        if self.take('(') {
            let inside = self.sum()?;
            self.expect(')')?;
            return Ok(inside);
        }
        if self.take('{') {
            let (name, rest) = self.rest.split_once('}').ok_or("a } is missing")?;
            self.rest = rest;
            return (self.slot)(name).map(Formula::Slot);
        }
        let word = self.word(|c| c.is_ascii_alphanumeric());
        if word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return self.call(word);
        }
        self.literal()
    }

    fn call(&mut self, name: &str) -> Result<Formula, String> {
        self.rest = self.rest[name.len()..].trim_start();
        if name == "pi" {
            return Ok(Formula::Number(std::f64::consts::PI));
        }
        let known = FUNCTIONS.iter().find(|(known, _)| *known == name);
        if known.is_none() && !["min", "max"].contains(&name) {
            return Err(format!(
                "there is no function {name}; names of parameters are in braces"
            ));
        }
        self.expect('(')?;
        let mut of = vec![self.sum()?];
        if known.is_none() {
            while self.take(',') {
                of.push(self.sum()?);
            }
        }
        self.expect(')')?;
        Ok(match (known, name) {
            (Some((_, function)), _) => Formula::Function(*function, Box::new(of.remove(0))),
            (None, "min") => Formula::Smallest(of),
            (None, _) => Formula::Largest(of),
        })
    }

    /// A number without a sign, perhaps with an exponent.
    fn literal(&mut self) -> Result<Formula, String> {
        let mut last = ' ';
        let text = self.word(|c| {
            let sign_of_exponent = matches!(last, 'e' | 'E') && matches!(c, '+' | '-');
            last = c;
            sign_of_exponent || c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E')
        });
        let number = text.parse();
        let number =
            number.map_err(|_| format!("a number or a name is missing before {:?}", self.rest))?;
        self.rest = self.rest[text.len()..].trim_start();
        Ok(Formula::Number(number))
    }

    /// What comes next, as far as its characters are `part` of it.
    fn word(&mut self, mut part: impl FnMut(char) -> bool) -> &'a str {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        &self.rest[..end]
    }

    fn take(&mut self, wanted: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        match self.take(wanted) {
            true => Ok(()),
            false => Err(format!("a {wanted} is missing before {:?}", self.rest)),
        }
    }

    fn end(&self) -> Result<(), String> {
        match self.rest.trim() {
            "" => Ok(()),
            rest => Err(format!("this cannot follow: {rest:?}")),
        }
    }
}

fn negative(of: Formula) -> Formula {
    match of {
        Formula::Number(number) => Formula::Number(-number),
        of => Formula::Product(vec![Formula::Number(-1.0), of]),
    }
}

/// Several parts as one; one as itself.
fn joined(mut parts: Vec<Formula>, join: fn(Vec<Formula>) -> Formula) -> Formula {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<f64, String> {
        let slot = |name: &str| match name {
            "x" => Ok(0),
            "a b.c" => Ok(1),
            _ => Err(format!("there is no {name}")),
        };
        Formula::parse(text, slot).map(|formula| formula.number(&[0.3, 5.0]))
    }

    #[test]
    fn formulas_are_computed_by_the_usual_rules() {
        let x: f64 = 0.3;
        for (text, expected) in [
            ("1 + 2 * 3", 7.0),
            ("1 - 2 - 3", -4.0),
            ("8 / 4 / 2", 1.0),
            ("8 / 4 * 2", 4.0),
            ("2 ^ 3 ^ 2", 512.0),
            ("-2^2", -4.0),
            ("2^-2", 0.25),
            ("(-2)^2", 4.0),
            ("(-2)^3", -8.0),
            ("--3 - -4", 7.0),
            ("1.5e-3*2E+3", 3.0),
            ("{a b.c} - {x}", 4.7),
            ("min({x}, 2, -1) + max(1, 3)", 2.0),
            (
                "cos(9 * ({x} - (0.744917)) * 2)",
                (9.0 * (x - 0.744917) * 2.0).cos(),
            ),
            (
                "0.1 * (1 - cos({x})) + sqrt(abs(-4))/2",
                0.1 * (1.0 - x.cos()) + 1.0,
            ),
            ("log10(1000) + ln(exp(2)) + pi", 5.0 + std::f64::consts::PI),
        ] {
            let got = value(text).unwrap();
            assert!(
                (got - expected).abs() < 1e-12,
                "{text} = {got}, not {expected}"
            );
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (text, expected) in [
            ("({x} - 1", "a ) is missing"),
            ("{x", "a } is missing"),
            ("{y} + 1", "there is no y"),
            ("y + 1", "no function y"),
            ("1 +", "is missing before"),
            ("", "is missing before"),
            ("1 2", "cannot follow"),
            ("sin(1, 2)", "a ) is missing"),
            ("sin 1", "a ( is missing"),
            ("1e", "is missing before"),
        ] {
            let error = value(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
