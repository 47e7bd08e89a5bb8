use vireo_xdr::{Decode, Encode};

#[derive(Encode, Decode)]
struct Unbounded {
    text: String,
}

#[derive(Decode)]
struct UnboundedItems {
    #[xdr(max = 4)]
    lists: Vec<Vec<u8>>,
}

fn main() {}
