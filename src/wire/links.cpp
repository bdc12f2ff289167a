#include "wire/links.hpp"

#include <array>

#include "base/encoding.hpp"
#include "wire/authority.hpp"
#include "wire/names.hpp"

namespace sotto::wire {
namespace {

constexpr std::uint64_t link_version = 1;
constexpr std::size_t check_size = 4;  // bytes of hash at the end, against slips of the pen

struct Scheme {
  std::string_view prefix;
  std::string_view what;
};
constexpr std::array schemes{Scheme{"sotto-contact:", "a contact link"}, Scheme{"sotto-verify:", "a verification code"},
                             Scheme{"sotto-device:", "a code for linking a device"},
                             Scheme{"sotto-recovery:", "a recovery key: never give it to anyone"}};

std::string make(std::string_view prefix, std::string_view name, base::View message) {
  const Hash digest = hash(name, message);
  return std::string(prefix) + base::to_base64url(base::concat({message, base::View(digest).first(check_size)}));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The message behind the prefix, whole and unchanged.
base::Result<base::Blob, LinkProblem> open(std::string_view text, const Scheme& wanted, std::string_view name) {
  text = trimmed(text);
  for (const Scheme& scheme : schemes) {
    if (scheme.prefix != wanted.prefix && text.starts_with(scheme.prefix)) {
      return LinkProblem{"this is " + std::string(scheme.what) + ", not " + std::string(wanted.what)};
    }
  }
  if (!text.starts_with(wanted.prefix)) return LinkProblem{"this is not " + std::string(wanted.what)};
  const auto bytes = base::from_base64url(text.substr(wanted.prefix.size()));
  if (!bytes || bytes->size() < check_size) return LinkProblem{"the link is incomplete or has a wrong character"};
  const base::View message = base::View(*bytes).first(bytes->size() - check_size);
  const Hash digest = hash(name, message);
  if (!base::same(base::View(*bytes).last(check_size), base::View(digest).first(check_size))) {
    return LinkProblem{"the link is incomplete or has a wrong character"};
  }
  return base::blob(message);
}

LinkProblem not_understood(ParseError error) {
  return {"the link can't be used: it " + std::string(to_text(error)) + "; perhaps it is from a newer version"};
}

}  // namespace

std::string ContactLink::text() const {
  StrictWriter write;
  write.number(1, link_version)
      .bytes(2, home_server)
      .bytes(3, account_id.view())
      .bytes(4, token)
      .number(5, links)
      .number(6, epoch)
      .optional_bytes(7, tls_pin);
  return make(schemes[0].prefix, names::contact_link, write.done());
}

base::Result<ContactLink, LinkProblem> ContactLink::parse(std::string_view text) {
  TRY(const base::Blob message, open(text, schemes[0], names::contact_link));
  StrictReader read(message);
  read.number(1, link_version, link_version);
  ContactLink made{.home_server = base::text(read.bytes(2, 1, max_authority)),
                   .account_id = read.account_id(3),
                   .token = read.fixed<16>(4),
                   .links = read.number32(5),
                   .epoch = read.number32(6, 1),
                   .tls_pin = read.optional_fixed<32>(7)};
  if (const auto done = read.finish(); !done) return not_understood(done.error());
  if (!Authority::parse(made.home_server)) return not_understood(ParseError::out_of_range);
  return made;
}

std::string VerifyLink::text() const {
  const base::Blob message = StrictWriter()
                                 .number(1, link_version)
                                 .bytes(2, scannable)
                                 .number(3, local.links)
                                 .number(4, local.epoch)
                                 .number(5, local.version)
                                 .number(6, remote.links)
                                 .number(7, remote.epoch)
                                 .number(8, remote.version)
                                 .done();
  return make(schemes[1].prefix, names::verify_link, message);
}

base::Result<VerifyLink, LinkProblem> VerifyLink::parse(std::string_view text) {
  TRY(const base::Blob message, open(text, schemes[1], names::verify_link));
  StrictReader read(message);
  read.number(1, link_version, link_version);
  VerifyLink made{.scannable = base::blob(read.bytes(2, 1, 256)), .local = {}, .remote = {}};
  made.local = {.links = read.number32(3), .epoch = read.number32(4), .version = read.number32(5)};
  made.remote = {.links = read.number32(6), .epoch = read.number32(7), .version = read.number32(8)};
  if (const auto done = read.finish(); !done) return not_understood(done.error());
  return made;
}

base::Blob DeviceLink::message() const {
  return StrictWriter()
      .number(1, link_version)
      .bytes(2, home_server)
      .bytes(3, rendezvous)
      .bytes(4, bundle_hash)
      .bytes(5, reveal_hash)
      .done();
}

std::string DeviceLink::text() const { return make(schemes[2].prefix, names::device_link, message()); }

base::Result<DeviceLink, LinkProblem> DeviceLink::parse(std::string_view text) {
  TRY(const base::Blob message, open(text, schemes[2], names::device_link));
  StrictReader read(message);
  read.number(1, link_version, link_version);
  DeviceLink made{.home_server = base::text(read.bytes(2, 1, max_authority)),
                  .rendezvous = read.fixed<16>(3),
                  .bundle_hash = read.fixed<32>(4),
                  .reveal_hash = read.fixed<32>(5)};
  if (const auto done = read.finish(); !done) return not_understood(done.error());
  if (!Authority::parse(made.home_server)) return not_understood(ParseError::out_of_range);
  return made;
}

}  // namespace sotto::wire
