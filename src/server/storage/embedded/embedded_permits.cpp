#include "server/storage/embedded/embedded_permits.hpp"

#include <boost/endian/conversion.hpp>

namespace sotto::server {
namespace {

std::optional<PermitHolder> if_good(const tables::KnownPermit& permit, const PermitHash& hash, base::Day today) {
  if (permit.last_day < today) return std::nullopt;
  PermitHolder holder = permit.holder;
  holder.sender = boost::endian::load_big_u64(hash.data()) | 1;
  return holder;
}

}  // namespace

asio::awaitable<Stored<PermitsPut>> EmbeddedPermits::put(AccountRow account, PermitChange change, base::Day today) {
  cache_.permits.forget_all();
  auto outcome = co_await engine_.write(tables::put_permits, account, std::move(change), today);
  cache_.permits.forget_all();
  co_return outcome;
}

asio::awaitable<Stored<std::optional<PermitHolder>>> EmbeddedPermits::find(PermitHash hash, base::Day today) {
  if (const tables::KnownPermit* known = cache_.permits.find(hash)) co_return if_good(*known, hash, today);
  const auto since = cache_.permits.age();
  const auto found = co_await engine_.read(tables::find_permit, hash);
  if (!found) co_return found.error();
  if (!*found) co_return std::optional<PermitHolder>();
  cache_.permits.keep(hash, **found, since);
  co_return if_good(**found, hash, today);
}

}  // namespace sotto::server
