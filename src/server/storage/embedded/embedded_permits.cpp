#include "server/storage/embedded/embedded_permits.hpp"

namespace sotto::server {
namespace {

std::optional<PermitHolder> if_good(const tables::KnownPermit& permit, base::Day today) {
  if (permit.last_day < today) return std::nullopt;
  return permit.holder;
}

}  // namespace

asio::awaitable<Stored<PermitsPut>> EmbeddedPermits::put(AccountRow account, PermitChange change, base::Day today) {
  cache_.permits.forget_all();
  auto outcome = co_await engine_.write(tables::put_permits, account, std::move(change), today);
  cache_.permits.forget_all();
  co_return outcome;
}

asio::awaitable<Stored<std::optional<PermitHolder>>> EmbeddedPermits::find(PermitHash hash, base::Day today) {
  if (const tables::KnownPermit* known = cache_.permits.find(hash)) co_return if_good(*known, today);
  const auto since = cache_.permits.age();
  const auto found = co_await engine_.read(tables::find_permit, hash);
  if (!found) co_return found.error();
  if (!*found) co_return std::optional<PermitHolder>();
  cache_.permits.keep(hash, **found, since);
  co_return if_good(**found, today);
}

}  // namespace sotto::server
