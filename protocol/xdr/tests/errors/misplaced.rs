use vireo_xdr::Encode;

#[derive(Encode)]
#[xdr(max = 5)]
struct OnType {
    number: i32,
}

#[derive(Encode)]
struct Unknown {
    #[xdr(limit = 5)]
    text: String,
}

#[derive(Encode)]
struct Tuple(i32);

#[derive(Encode)]
struct Generic<T> {
    value: T,
}

fn main() {}
