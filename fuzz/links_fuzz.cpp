// room: wire
#include "base/check.hpp"
#include "base/encoding.hpp"
#include "wire/authority.hpp"
#include "wire/links.hpp"
#include "wire/names.hpp"

using namespace sotto;

namespace {

void read(const std::string& text) {
  const auto contact = wire::ContactLink::parse(text);
  if (contact) {
    const auto again = wire::ContactLink::parse(contact->text());
    CHECK(again && again->account_id == contact->account_id && again->home_server == contact->home_server &&
          again->token == contact->token && again->links == contact->links && again->epoch == contact->epoch &&
          again->tls_pin == contact->tls_pin);
    CHECK(wire::Authority::parse(contact->home_server));
  }
  const auto verify = wire::VerifyLink::parse(text);
  if (verify) {
    const auto again = wire::VerifyLink::parse(verify->text());
    CHECK(again && again->scannable == verify->scannable && again->local == verify->local &&
          again->remote == verify->remote);
  }
  const auto device = wire::DeviceLink::parse(text);
  if (device) {
    const auto again = wire::DeviceLink::parse(device->text());
    CHECK(again && again->message() == device->message());
    CHECK(wire::Authority::parse(device->home_server));
  }
  CHECK(int(bool(contact)) + int(bool(verify)) + int(bool(device)) <= 1);  // no text is two of them
}

/// The text that has this message and a check that fits, so that the fields behind the check are reached.
std::string made_of(const char* scheme, std::string_view name, base::View message) {
  const wire::Hash digest = wire::hash(name, message);
  return scheme + base::to_base64url(base::concat({message, base::View(digest).first(4)}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const base::View input(bytes, size);
  read(base::text(input));
  read(made_of("sotto-contact:", wire::names::contact_link, input));
  read(made_of("sotto-verify:", wire::names::verify_link, input));
  read(made_of("sotto-device:", wire::names::device_link, input));
  return 0;
}
