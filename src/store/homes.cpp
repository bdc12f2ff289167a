#include "store/homes.hpp"

namespace sotto::store::homes {

std::optional<Agreed> load(Transaction& in, const wire::AccountId& account) {
  auto row = in.prepare("SELECT server, links, epoch FROM homes WHERE account_id = ?");
  if (!row.bind(account.view()).step()) return std::nullopt;
  return Agreed{.server = row.text(0),
                .links = static_cast<std::uint32_t>(row.number(1)),
                .epoch = static_cast<std::uint32_t>(row.number(2))};
}

void agree(Transaction& in, const wire::AccountId& account, const Agreed& home) {
  in.prepare("INSERT OR REPLACE INTO homes (account_id, server, links, epoch) VALUES (?, ?, ?, ?)")
      .bind(account.view())
      .bind(home.server)
      .bind(home.links)
      .bind(home.epoch)
      .run();
}

}  // namespace sotto::store::homes
