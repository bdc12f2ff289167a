// room: protocol
#include "base/check.hpp"
#include "protocol/sealed/content.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto content = protocol::UnidentifiedSenderMessageContent::parse({bytes, size});
  if (!content) return 0;
  const base::Blob written = content->serialize();
  const auto again = protocol::UnidentifiedSenderMessageContent::parse(written);
  CHECK(again && again->serialize() == written);
  CHECK(again->content == content->content && again->type == content->type && again->hint == content->hint);
  CHECK(again->group_id == content->group_id && again->sender.certificate == content->sender.certificate);
  return 0;
}
