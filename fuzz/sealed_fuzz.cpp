// room: protocol
#include "base/check.hpp"
#include "protocol/sealed/open.hpp"

using namespace sotto;

namespace {

// The recipient of the recorded messages in the corpus.
const crypto::KeyPair& recipient() {
  static const crypto::KeyPair pair{crypto::PrivateKey(
      base::Bytes<32>{0xe0, 0xc8, 0x62, 0x3e, 0x20, 0x36, 0xa5, 0xb5, 0x0e, 0xa4, 0x51, 0x06, 0x4b, 0x01, 0x31, 0x68,
                      0x6d, 0x57, 0xf3, 0x74, 0xb1, 0x24, 0x94, 0xc4, 0x7f, 0x56, 0xfe, 0x65, 0x59, 0xc7, 0xb8, 0x60})};
  return pair;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto opened = protocol::open_sealed({bytes, size}, recipient());
  if (!opened) return 0;
  const auto again = protocol::UnidentifiedSenderMessageContent::parse(opened->serialize());
  CHECK(again && again->content == opened->content && again->type == opened->type);
  CHECK(again->sender.identity_key == opened->sender.identity_key);
  return 0;
}
