use vireo_xdr::Decode;

#[derive(Decode)]
struct Number {
    #[xdr(max = 4)]
    number: i32,
}

#[derive(Decode)]
struct Twice {
    #[xdr(max = 4, max = 5)]
    text: String,
}

fn main() {}
