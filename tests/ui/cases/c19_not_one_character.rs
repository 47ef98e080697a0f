use docktuna::Tunable;

type Letter = char;

#[derive(Tunable)]
struct Literals {
    #[tune(choices = ['a', "bc"])]
    a: char,
    #[tune(choices = ['a', 'a'])]
    b: char,
    #[tune(range = 'a'..='z')]
    c: char,
    #[tune(choices = [FIRST])]
    d: char,
}

const FIRST: char = 'a';

#[derive(Tunable)]
struct Alias {
    #[tune(choices = ["a", "bc"])]
    a: Letter,
}

fn main() {}
