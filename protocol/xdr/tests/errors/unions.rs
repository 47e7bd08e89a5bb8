use vireo_xdr::Encode;

#[derive(Encode)]
#[xdr(union)]
enum NoCase {
    Int(i32),
}

#[derive(Encode)]
#[xdr(union)]
enum SameCase {
    #[xdr(case = 1)]
    Int(i32),
    #[xdr(case = 1)]
    Double(f64),
}

#[derive(Encode)]
#[xdr(union)]
enum TwoValues {
    #[xdr(case = 1)]
    Pair(i32, i32),
}

#[derive(Encode)]
enum NotAUnion {
    Int(i32),
}

fn main() {}
