#include "server/surface/api_page.hpp"

#include <map>
#include <set>
#include <sstream>

#include "server/limits.hpp"
#include "server/route.hpp"

namespace sotto::test {
namespace {

namespace limits = server::limits;
using server::Credential;

constexpr std::string_view introduction = R"(# The server's protocol

For who writes a client. This page is made from the route table (`src/server/routes.cpp`), the limits (`src/server/limits.hpp`) and the
messages (`src/wire/frames.proto`) by `record_server_api`, and a test holds them together: change those, not this.

## Connections

HTTP/1.1 over TLS 1.3, requests one after the other on a kept-alive connection. Bodies are protobuf messages of the package
`sotto.wire.frames`, `application/x-protobuf`; `wire::…` names a structure of [statements](spec/statements.md) in its own strict form, `opaque`
means bytes that the server doesn't look into. Ids and keys in addresses and headers are base64url without padding; `{id}` in an address
is 16 bytes. Whoever wants to stay unknown asks anonymously on a connection that never carried a token.

Answers to whoever shows no token leave on a fixed tick of 25 ms, so that their time says nothing about who is there. A request that got no
answer may be sent again as the same bytes: what was done once is answered as it was then. An answer of 429 or 503, and 507 of a full disk,
says in `Retry-After` after how many seconds to come again. Whoever shows no token may be answered 429 `too_many` on every route: after
many refusals of requests from the same address.

## Credentials

What a request may do is judged by its head, before its body is read.

| credential | shown as | of |
| --- | --- | --- |
| nobody | nothing | anyone; what is signed proves itself, and some ids are known to few |
| device | `Authorization: Bearer TOKEN`, 32 bytes | a device on the account's list |
| standing | the same | also a device that waits for a list |
| permit | `Sotto-Permit: ACCOUNT ‖ PERMIT`, 16 + 16 bytes, and no token | whom the account gave the permit |
| grant | `Sotto-Grant: KEY`, 16 bytes | who was granted the `{id}` of the address |
| group | `Sotto-Tag: TAG`, 16 bytes | who has the read tag or the member tag of the group; only the latter may append |

Tokens: a device announces the next one (`POST /v1/token`), both are good until the new one is first used, and after that an older one is a
copy's: 401 `token_replaced`, and the device hears of it. A receive-only token opens the mailbox, where its acknowledgements move the
window and delete nothing, and is refused everywhere else; when it is replaced or taken back, a mailbox that stands by it is closed with
4003. At a server that takes invited accounts only, `POST /v1/register` also has
`Sotto-Invite: INVITE`, 16 bytes.

## Errors

Every answer that is not 2xx has an `Error` as its body. Each route may answer, beside its own errors:

| status | code | when |
| --- | --- | --- |
| 400 | `malformed_request`, `malformed_body` | it can't be read |
| 400 | `token_and_permit` | a permit's request also says who sends it |
| 401 | `not_authenticated`, `not_yet_listed`, `receive_only`, `token_replaced` | the token is not good for this |
| 403 | `no_such_permit`, `no_such_grant`, `no_such_group` | the credential is not good, or what it is for isn't there: never which of them |
| 404, 405 | `no_such_route`, `wrong_method` | |
| 413, 431 | `body_too_large`, `header_too_large` | |
| 500 | `storage_failed` | nothing was changed |
| 503 | `busy` | |
| 507 | `storage_full` | nothing was changed |

`bad_statement` begins its message with the name of the rule that was broken. 409 with `list_passed`, `generation_passed`, `group_passed`,
`offset_wrong`, `backup_passed`, `wrong_devices`, and 410 with `stale_devices`, say in the `Error` what stands.

## Routes
)";

std::string name_of(Credential credential) {
  switch (credential) {
    case Credential::none:
      return "nobody";
    case Credential::device:
      return "device";
    case Credential::standing:
      return "standing";
    case Credential::permit:
      return "permit";
    case Credential::grant:
      return "grant";
    case Credential::group:
      return "group";
  }
  return {};
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t kib = 1024;
  if (bytes >= kib * kib * kib && bytes % (kib * kib * kib) == 0)
    return std::to_string(bytes / kib / kib / kib) + " GiB";
  if (bytes >= kib * kib && bytes % (kib * kib) == 0) return std::to_string(bytes / kib / kib) + " MiB";
  if (bytes % kib == 0) return std::to_string(bytes / kib) + " KiB";
  return std::to_string(bytes) + " bytes";
}

/// `409 one, another; 410 third; 409 fourth`, by status.
std::string errors_text(std::string_view errors) {
  std::map<std::string, std::string> codes;
  std::stringstream all{std::string(errors)};
  for (std::string one; std::getline(all, one, ';');) {
    const std::size_t begin = one.find_first_not_of(' ');
    const std::string status = one.substr(begin, 3);
    std::stringstream names(one.substr(begin + 4));
    for (std::string name; std::getline(names, name, ',');) {
      name.erase(0, name.find_first_not_of(' '));
      codes[status] += (codes[status].empty() ? " `" : ", `") + name + "`";
    }
  }
  std::string text;
  for (const auto& [status, names] : codes) text += (text.empty() ? "" : "; ") + status + names;
  return text;
}

void write_route(std::string& page, const server::Route& route) {
  page += "\n### " + std::string(route.method) + " " + std::string(route.path) + "\n\n";
  page += "By " + name_of(route.credential) + ": " + std::string(route.says) + ".";
  if (!route.body.empty())
    page += " Body: `" + std::string(route.body) + "`, at most " + size_text(route.body_limit) + ".";
  if (!route.gives.empty()) page += " Answer: `" + std::string(route.gives) + "`.";
  if (!route.errors.empty()) page += " Errors: " + errors_text(route.errors) + ".";
  page += '\n';
}

void write_limits(std::string& page) {
  const auto row = [&page](const std::string& what, const std::string& limit) {
    page += "| " + what + " | " + limit + " |\n";
  };
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  page += "\n## Limits\n\n| what | at most |\n| --- | --- |\n";
  row("envelope", size_text(limits::envelope));
  row("devices addressed by one shared message", number(limits::shared_parts));
  row("an envelope waits", number(limits::queue_days) + " days");
  row("envelopes on their way to a device, not acknowledged",
      number(limits::window_envelopes) + ", " + size_text(limits::window_bytes));
  row("one-time prekeys of a device, of each kind", number(limits::one_time_prekeys));
  row("a challenge, a grant for a mailbox", number(static_cast<std::uint64_t>(limits::challenge.count())) + " minutes");
  row("devices that wait for a list of one account", number(limits::waiting_devices) + ", for a day");
  row("a deletion by the account key alone waits", number(limits::deletion_days) + " days");
  row("an archive that was replaced is kept", number(limits::old_backup_days) + " days");
  row("an archive that no act names is kept", number(limits::unclaimed_backup_days) + " days");
  row("a blob is kept", number(limits::blob_days) + " days");
  row("a piece of a blob, in a request or an answer", size_text(limits::blob_piece));
  row("an attachment, an archive", size_text(limits::blob_size) + ", " + size_text(limits::backup_size));
  row("attachments of one account a day, archives",
      size_text(limits::upload_bytes_a_day) + ", " + size_text(limits::backup_bytes_a_day));
  row("grants of one account a day", number(limits::grants_a_day) + ", fewer while many are in use");
  row("messages of one rendezvous", number(limits::rendezvous_messages) + ", " + size_text(limits::rendezvous_message) +
                                        " each, for " +
                                        number(static_cast<std::uint64_t>(limits::rendezvous_life.count())) + " s");
  row("a request that waits for something to happen",
      number(static_cast<std::uint64_t>(limits::long_poll.count())) + " s");
  row("a group log", size_text(limits::group_bytes));
  row("statements since the last state entry of a group",
      number(limits::group_statements) + ", " + size_text(limits::group_statement) + " each");
}

}  // namespace

std::string api_page(const std::string& frames_proto) {
  std::string page(introduction);
  for (const server::Route& route : server::routes()) write_route(page, route);
  write_limits(page);
  page += "\n## Messages\n\n```proto\n" + frames_proto + "```\n";
  return page;
}

}  // namespace sotto::test
