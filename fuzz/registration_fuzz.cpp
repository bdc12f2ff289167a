// room: wire
#include "base/check.hpp"
#include "wire/registration.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const base::View request(bytes, size);
  const auto peeked = wire::peek_registration(request);
  if (!peeked) return 0;
  // What the request names was issued, and the server is the one it means: so every rule behind is walked.
  const auto checked = wire::check_registration(
      request, {.authority = "chat.example:443", .mailbox_id = peeked->mailbox_id, .challenge = peeked->challenge});
  if (!checked) {
    CHECK(!checked.error().text().empty());
    return 0;
  }
  CHECK(checked->identity.list.devices.size() == 1);
  CHECK(checked->identity.list.account_id == wire::account_id_of(checked->identity.certificate.first_root));
  CHECK(wire::check_introduction(checked->introduction));
  CHECK(wire::is_user_name(checked->user_name));
  CHECK(!wire::check_registration(
      request, {.authority = "other.example:443", .mailbox_id = peeked->mailbox_id, .challenge = peeked->challenge}));
  return 0;
}
