#include "server/blobs/backups.hpp"

#include <boost/endian/conversion.hpp>

#include "server/accounts/proofs.hpp"
#include "server/accounts/statements.hpp"
#include "server/answer.hpp"
#include "server/blobs/blobs.hpp"
#include "server/limits.hpp"
#include "server/parameters.hpp"
#include "wire/acts.hpp"

namespace sotto::server {
namespace {

net::Response no_such_backup() {
  return refuse(403, "no_such_backup", "there is no such account, or this key may not read its archives");
}

void describe(wire::frames::StoredBackup& into, const KnownBackup& backup) {
  into.set_counter(backup.counter);
  into.set_day(backup.day.value);
  into.set_size(backup.size);
  into.set_sha256(base::text(backup.sha256));
  into.set_manifest(base::text(backup.manifest));
}

/// Whether the asker holds the key that the account's root named.
bool is_by_access_key(const wire::Signed& access, const base::Blob& backup_statement) {
  const auto statement = wire::Signed::parse(backup_statement);
  if (!statement) return false;
  const auto named = wire::BackupStatement::parse(statement->statement);
  return named && access.is_by(named->backup_access_key, wire::names::backup_access);
}

}  // namespace

asio::awaitable<net::Response> own_backups(Context& context, Call call) {
  const auto found = co_await context.storage.backups().of(call.device->account);
  if (!found) co_return refuse(found.error());
  wire::frames::BackupStanding answer;
  if (*found) {
    for (const KnownBackup& backup : (*found)->archives) describe(*answer.add_backups(), backup);
  }
  co_return ok(answer);
}

asio::awaitable<net::Response> find_backups(Context& context, Call call) {
  const auto request = parse_frame<wire::frames::BackupRead>(call.request.body);
  if (!request) co_return malformed_body();
  const auto access = wire::Signed::parse(base::view(request->access()));
  if (!access) co_return malformed_body();
  const auto asked = wire::BackupAccess::parse(access->statement);
  if (!asked) co_return malformed_body();
  const auto authority = authority_of(context, call.request);
  if (!authority) co_return bad_host();
  const auto state =
      state_of(ProofOf::act, asked->challenge, context.storage.secret(), asked->account_id, context.clock.now());
  if (state != ChallengeState::good) co_return challenge_expired();
  const auto found = co_await context.storage.backups().of(asked->account_id);
  if (!found) co_return refuse(found.error());
  if (asked->server != *authority || !*found || !is_by_access_key(*access, (*found)->backup_statement))
    co_return no_such_backup();
  const unsigned wait =
      context.rates.take(Rates::Of::backups, boost::endian::load_big_u64(asked->account_id.view().data()),
                         {.a_second = limits::backup_reads_a_second, .at_once = limits::backup_reads_at_once});
  if (wait > 0) co_return too_many(wait);

  wire::frames::BackupFound answer;
  answer.set_introduction(base::text((*found)->introduction));
  answer.set_backup_statement(base::text((*found)->backup_statement));
  for (const KnownBackup& backup : (*found)->archives) {
    auto& described = *answer.add_backups();
    describe(described, backup);
    described.set_key(base::text(context.read_keys.issue({.blob = backup.blob, .size = backup.size})));
  }
  co_return ok(answer);
}

asio::awaitable<net::Response> read_backup(Context& context, Call call) {
  const auto key = id_in(call);
  const auto readable = key ? context.read_keys.find(*key) : std::nullopt;
  if (!readable) co_return refuse(404, "no_such_backup", "there is no such archive, or the key is too old");
  std::string range(net::header(call.request.headers, "Range"));
  co_return co_await serve_blob(context, readable->blob, readable->size, std::move(range));
}

}  // namespace sotto::server
