//! A small DOM for the XML documents that clients send and get.
