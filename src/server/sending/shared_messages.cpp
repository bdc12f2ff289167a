#include "server/sending/shared_messages.hpp"

#include <algorithm>
#include <map>

#include "crypto/hash.hpp"
#include "relay/sent_message.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"
#include "server/sending/parse.hpp"
#include "server/sending/permits.hpp"
#include "server/shown.hpp"
#include "wire/permit.hpp"

namespace sotto::server {
namespace {

using Answer = wire::frames::SharedSendAnswer;

struct Entry {
  wire::MailboxId mailbox;
  std::uint8_t number;
  std::uint16_t registration_id;
  wire::Permit permit;
  Answer::Outcome outcome = Answer::NO_PERMIT;
  std::optional<PermitHolder> holder = {};
  std::optional<DeviceRow> device = {};
};

struct SharedLetter {
  base::Bytes<16> idempotency_key;
  bool is_ephemeral = false;
  relay::SentMessage message;
  std::vector<Entry> entries;
};

std::optional<Entry> parse_entry(const relay::SentMessage::Recipient& recipient, base::View permit) {
  if (recipient.devices.size() != 1 || recipient.service_id[0] != 0) return std::nullopt;
  const auto mailbox = wire::MailboxId::from(base::View(recipient.service_id).subspan(1));
  if (!mailbox) return std::nullopt;
  return Entry{.mailbox = *mailbox,
               .number = recipient.devices.front().device,
               .registration_id = recipient.devices.front().registration_id,
               .permit = *base::fixed<16>(permit)};
}

base::Result<SharedLetter, net::Response> parse(const base::Blob& body) {
  wire::frames::SharedSendRequest request;
  if (!request.ParseFromArray(body.data(), static_cast<int>(body.size()))) return malformed_body();
  const auto key = base::fixed<16>(base::view(request.idempotency_key()));
  if (!key) return malformed_body();
  if (request.permits().size() > 16 * limits::shared_parts)
    return refuse(413, "too_many_entries", "an upload is for at most 5000 devices");
  auto message = relay::SentMessage::parse(base::view(request.message()));
  if (!message || message->has_repeated_recipients() || message->recipients.empty() ||
      request.permits().size() != 16 * message->recipients.size())
    return malformed_body();
  const std::size_t envelope = message->shared.size() + relay::SentMessage::head_size;
  if (envelope > limits::envelope) return refuse(413, "envelope_too_large", "an envelope is larger than 1.5 MiB");
  if (request.is_ephemeral() && envelope * message->recipients.size() > limits::shared_total)
    return refuse(413, "too_many_entries", "what is not kept must be small: all envelopes together at most 64 MiB");
  SharedLetter letter{
      .idempotency_key = *key, .is_ephemeral = request.is_ephemeral(), .message = *std::move(message), .entries = {}};
  const base::SecretBlob held = base::SecretBlob::taken_from(*request.mutable_permits());
  const base::View permits = held.expose();
  for (std::size_t i = 0; i < letter.message.recipients.size(); ++i) {
    const auto entry = parse_entry(letter.message.recipients[i], permits.subspan(16 * i, 16));
    if (!entry) return malformed_body();
    letter.entries.push_back(*entry);
  }
  return letter;
}

/// An account that nobody has: no root hashes to it.
wire::AccountId nobody() {
  base::Bytes<16> bytes{};
  bytes[6] = 0x80, bytes[8] = 0x80;
  return *wire::AccountId::from(bytes);
}

/// Finds mailbox, device and right of one entry; what is wrong stands in its outcome.
asio::awaitable<Stored<void>> admit(Context& context, Entry& entry) {
  const auto device = co_await context.storage.devices().at(entry.mailbox);
  if (!device) co_return device.error();
  // An unknown mailbox takes the same way: the permit of an account that nobody has.
  const wire::AccountId account = *device ? (*device)->account : nobody();
  const PermitHash hash = wire::permit_hash(account, entry.permit);
  explicit_bzero(entry.permit.data(), entry.permit.size());
  const auto holder = co_await context.storage.permits().find(hash, context.today());
  if (!holder) co_return holder.error();
  if (!*device || !*holder) co_return Stored<void>();
  entry.holder = **holder;
  if ((*device)->number.value != entry.number || (*device)->registration_id.value != entry.registration_id) {
    entry.outcome = Answer::STALE;
  } else if (wait_before_sending(context, **holder) > 0) {
    entry.outcome = Answer::TOO_MANY;
  } else {
    entry.outcome = Answer::STORED;
    entry.device = (*device)->row;
  }
  co_return Stored<void>();
}

Answer::Outcome outcome_of(Kept kept) {
  switch (kept) {
    case Kept::stored:
      return Answer::STORED;
    case Kept::mailbox_full:
      return Answer::FULL;
    case Kept::no_such_device:
      return Answer::NO_PERMIT;
  }
  return Answer::NO_PERMIT;
}

/// The devices of addressed accounts that nobody addressed.
asio::awaitable<Stored<std::vector<Target>>> missing_of(Context& context, const SharedLetter& letter) {
  std::map<AccountRow, std::vector<wire::MailboxId>> addressed;
  for (const Entry& entry : letter.entries) {
    if (entry.holder) addressed[entry.holder->account].push_back(entry.mailbox);
  }
  std::vector<Target> missing;
  for (const auto& [account, mailboxes] : addressed) {
    const auto targets = co_await context.storage.devices().of(account);
    if (!targets) co_return targets.error();
    for (const Target& target : *targets) {
      if (std::ranges::find(mailboxes, target.mailbox) == mailboxes.end()) missing.push_back(target);
    }
  }
  co_return missing;
}

void pass_on(Context& context, const SharedLetter& letter) {
  Upload upload{.envelopes = {}, .day = context.today()};
  for (std::size_t i = 0; i < letter.entries.size(); ++i) {
    const Entry& entry = letter.entries[i];
    if (!entry.device || !context.hub.find(*entry.device)) continue;  // made for who is there only
    upload.envelopes.push_back(
        {.device = *entry.device,
         .permit_class = entry.holder->permit_class,
         .bytes = std::make_shared<const base::Blob>(letter.message.received_by(letter.message.recipients[i]))});
  }
  context.delivery.pass_on(upload);
}

asio::awaitable<Stored<void>> store(Context& context, SharedLetter& letter, std::uint64_t name) {
  SharedEnvelopes envelopes{.parts = {}, .payload = letter.message.shared, .upload = name, .day = context.today()};
  std::vector<Entry*> kept_for;
  for (std::size_t i = 0; i < letter.entries.size(); ++i) {
    Entry& entry = letter.entries[i];
    if (!entry.device) continue;
    envelopes.parts.push_back({.device = *entry.device,
                               .position = 0,
                               .permit_class = entry.holder->permit_class,
                               .head = letter.message.head_for(letter.message.recipients[i]),
                               .sender = entry.holder->sender});
    kept_for.push_back(&entry);
  }
  if (envelopes.parts.empty()) co_return Stored<void>();
  const auto kept = co_await context.delivery.deliver_shared(std::move(envelopes));
  if (!kept) co_return kept.error();
  for (std::size_t i = 0; i < kept_for.size(); ++i) kept_for[i]->outcome = outcome_of((*kept)[i]);
  co_return Stored<void>();
}

/// Each entry is looked for, right or wrong, and anybody may send them: a good one pays for a bad one, a few are on
/// credit, and what is bad beyond that comes out of what strangers may do.
/// returns  0, or the seconds to wait
asio::awaitable<Stored<unsigned>> admit_all(Context& context, SharedLetter& letter, std::optional<Stranger> from) {
  std::size_t owed = 0, paid_for = limits::refusals_on_credit;
  for (Entry& entry : letter.entries) {
    const auto admitted = co_await admit(context, entry);
    if (!admitted) co_return admitted.error();
    ++(entry.holder ? paid_for : owed);
    if (owed <= paid_for) continue;
    const unsigned wait = context.strangers.wait_before(limits::Deed::refusal, from);
    if (wait > 0) co_return wait;
    ++paid_for;
  }
  const std::size_t good_for = paid_for - limits::refusals_on_credit;
  if (owed > good_for) context.strangers.note(limits::Deed::refusal, from, owed - good_for);
  co_return 0u;
}

asio::awaitable<net::Response> deliver(Context& context, SharedLetter& letter, std::uint64_t name,
                                       std::optional<Stranger> from) {
  const auto wait = co_await admit_all(context, letter, from);
  if (!wait) co_return refuse(wait.error());
  if (*wait > 0) co_return too_many(*wait);
  const auto missing = co_await missing_of(context, letter);
  if (!missing) co_return refuse(missing.error());
  if (letter.is_ephemeral) {
    pass_on(context, letter);
  } else {
    const auto stored = co_await store(context, letter, name);
    if (!stored) co_return refuse(stored.error());
  }
  Answer answer;
  for (const Entry& entry : letter.entries) answer.add_outcomes(entry.outcome);
  for (const Target& target : *missing) describe(*answer.add_missing(), target);
  co_return ok(answer);
}

}  // namespace

asio::awaitable<net::Response> send_shared(Context& context, Call call) {
  auto letter = parse(call.request.body);
  if (!letter) co_return letter.error();
  const auto request_hash = crypto::sha256({call.request.body});
  explicit_bzero(call.request.body.data(), call.request.body.size());
  call.request.body = {};  // the letter holds its own copy
  const std::uint64_t name = RecentUploads::name(base::view("shared"), letter->idempotency_key);
  SharedLetter* const whole = &*letter;  // lives in our frame
  std::function<asio::awaitable<net::Response>()> act = [&context, whole, name, from = call.stranger] {
    return deliver(context, *whole, name, from);
  };
  co_return co_await context.recent_shared_uploads.once(name, request_hash, std::move(act));
}

}  // namespace sotto::server
