use vireo_xdr::Encode;

#[derive(Encode)]
enum Kind {
    First = 1,
    Second,
}

fn main() {}
