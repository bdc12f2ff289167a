// Asio's and Beast's own code, compiled once.
//
// Without Boost's assertions: basic_parser::parse_chunk_header claims that at least five bytes of a last chunk lie
// before it, which the network decides; the code behind the claim needs no such thing (found by http_fuzz).
#define BOOST_DISABLE_ASSERTS
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
