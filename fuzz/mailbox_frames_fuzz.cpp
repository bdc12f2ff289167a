// room: wire
#include "base/check.hpp"
#include "wire/frames.pb.h"

using namespace sotto;

namespace {

/// What was read, written anew, reads the same.
template <class Message>
void check_message(const std::uint8_t* bytes, std::size_t size) {
  Message message, again;
  if (!message.ParseFromArray(bytes, static_cast<int>(size))) return;
  CHECK(again.ParseFromString(message.SerializeAsString()));
  CHECK(again.SerializeAsString() == message.SerializeAsString());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  check_message<wire::frames::ClientFrame>(bytes, size);
  check_message<wire::frames::SharedSendRequest>(bytes, size);
  return 0;
}
