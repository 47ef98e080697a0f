use docktuna::Tunable;

type Letter = char;

const SIZE: usize = 3;

#[derive(Tunable)]
struct Model {
    #[tune(choices = ['a', 'b'])]
    letter: char,
    #[tune(choices = [(1, 2), (3, 4)])]
    pair: (u8, u8),
    #[tune(choices = [[1, 2], [3, 4]])]
    list: [u8; 2],
    #[tune(choices = [SIZE])]
    size: Letter,
}

fn main() {}
