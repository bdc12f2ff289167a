#include "protocol/error.hpp"

#include "base/check.hpp"

namespace sotto::protocol {

Error from_crypto(crypto::Error error) {
  switch (error) {
    case crypto::Error::no_key_type:
    case crypto::Error::bad_key_type:
    case crypto::Error::bad_key_length:
    case crypto::Error::bad_key:
    case crypto::Error::bad_ciphertext_type:
    case crypto::Error::bad_ciphertext_length:
    case crypto::Error::zero_agreement:
      return Error::invalid_key;
    case crypto::Error::not_authentic:
      return Error::invalid_message;
    case crypto::Error::out_of_memory:
    case crypto::Error::unusable_system:
      break;
  }
  const bool is_met_by_the_protocol = false;  // no operation of ours asks for memory or starts the library
  CHECK(is_met_by_the_protocol);
  return Error::invalid_message;
}

Error from_relay(relay::Error error) {
  switch (error) {
    case relay::Error::invalid_protobuf:
    case relay::Error::excluded_twice:
      return Error::invalid_message;
    case relay::Error::invalid_key:
      return Error::invalid_key;
    case relay::Error::outside_profile:
      return Error::invalid_certificate;
  }
  return Error::invalid_message;
}

}  // namespace sotto::protocol
