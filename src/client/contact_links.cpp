#include "client/contact_links.hpp"

#include <algorithm>

#include "client/own_list.hpp"
#include "store/permits.hpp"
#include "wire/utf8.hpp"

namespace sotto::client::contact_links {
namespace {

constexpr std::size_t most_links = 64;
constexpr std::string_view own_address = "address";

Link link_of(wire::ContactLink address, const store::permits::LinkPermit& permit) {
  address.token = permit.permit;
  return {.label = *permit.label, .text = address.text(), .last_day = permit.last_day};
}

Result<void> check_label(store::Transaction& in, const std::string& label) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  const bool is_one = !label.empty() && label.size() <= max_label && wire::is_utf8(label) &&
                      std::ranges::none_of(label, is_control) && label != own_address;
  if (!is_one) return refused("a link's label is one line of 1 to 64 bytes, and not \"address\"");
  if (store::permits::is_label_taken(in, label)) return refused("there is a link \"" + label + "\" already");
  const auto all = store::permits::all(in);
  const auto given = std::ranges::count_if(all, [](const auto& one) { return one.label.has_value(); });
  if (static_cast<std::size_t>(given) >= most_links)
    return refused("there are 64 links already: revoke one with `sotto link revoke`");
  return {};
}

void replace_address(store::Transaction& in, const outbox::Lent& lent) {
  store::permits::revoke(in, wire::permit_hash(lent.own.account_id, lent.own.link_token));
  store::own_account::set_secrets(in, lent.own.account_secret, lent.random.bytes<16>());
  const auto own = store::own_account::load(in);
  outbox::sync(in, lent, lent.own.account_id, own_list::secrets_for_devices(in, *own, lent.random));
}

}  // namespace

Result<Link> create(Engine& engine, const std::string& label, std::optional<std::int64_t> days) {
  TRY(const wire::ContactLink address, engine.address());
  const Parts& parts = engine.parts();
  return parts.store.transact([&](store::Transaction& in) -> Result<Link> {
    TRY_VOID(check_label(in, label));
    store::permits::LinkPermit made{.permit = parts.random.bytes<16>(), .label = label};
    if (days) made.last_day = base::Day{base::day_of(parts.clock.now()).value + static_cast<std::uint32_t>(*days)};
    store::permits::keep_link(in, made);
    return link_of(address, made);
  });
}

Result<std::vector<Link>> list(Engine& engine) {
  TRY(const wire::ContactLink address, engine.address());
  return engine.parts().store.transact([&](store::Transaction& in) -> Result<std::vector<Link>> {
    store::permits::forget_expired(in, base::day_of(engine.parts().clock.now()));
    std::vector<Link> found;
    for (const auto& permit : store::permits::all(in)) {
      if (permit.label) found.push_back(link_of(address, permit));
    }
    return found;
  });
}

Result<void> revoke(Engine& engine, const std::string& label) {
  TRY(const store::OwnAccount own, engine.own());
  return engine.parts().store.transact([&](store::Transaction& in) -> Result<void> {
    if (label == own_address) {
      replace_address(in, engine.lent(own));
      return {};
    }
    const auto all = store::permits::all(in);
    const auto found = std::ranges::find_if(all, [&](const auto& one) { return one.label == label; });
    if (found == all.end()) return refused("there is no link \"" + label + "\": see `sotto link list`");
    store::permits::revoke(in, wire::permit_hash(own.account_id, found->permit));
    store::permits::remove(in, found->permit);
    return {};
  });
}

}  // namespace sotto::client::contact_links
