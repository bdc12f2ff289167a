// Who is written to.
#include <boost/json/value.hpp>

#include "client/contact_links.hpp"
#include "client/people.hpp"
#include "client/resets.hpp"
#include "rpc/methods.hpp"
#include "rpc/values.hpp"

namespace sotto::rpc {
namespace {

/// → the contact link of this account.
asio::awaitable<Result<json::value>> address(Call call) {
  CO_TRY_VOID(call.params.only({}));
  CO_TRY(const wire::ContactLink link, from(call.engine().address()));
  co_return json::object{{"address", link.text()}, {"account", link.account_id.text()}, {"server", link.home_server}};
}

/// contact (a link, or a user name of the own server), nickname → who that is.
asio::awaitable<Result<json::value>> contact_add(Call call) {
  CO_TRY_VOID(call.params.only({"contact", "nickname"}));
  CO_TRY(std::string whom, call.params.text("contact"));
  CO_TRY(auto nickname, call.params.maybe_text("nickname"));
  CO_TRY(const client::AddedContact added,
         from(co_await call.engine().add_contact(std::move(whom), std::move(nickname))));
  co_return json::object{{"event", "contact"},
                         {"account", added.contact.account_id.text()},
                         {"name", added.contact.name()},
                         {"pinned", added.is_pinned}};
}

/// contact, confirm → the safety number with them.
asio::awaitable<Result<json::value>> verify(Call call) {
  CO_TRY_VOID(call.params.only({"contact", "confirm"}));
  CO_TRY(const std::string contact, call.params.text("contact"));
  CO_TRY(const bool confirm, call.params.flag("confirm", false));
  CO_TRY(const client::Safety safety, from(call.engine().verify(contact, confirm)));
  co_return json::object{{"contact", safety.contact_name},
                         {"safety_number", safety.digits},
                         {"link", safety.link},
                         {"verified", safety.is_verified}};
}

json::object person_object(const client::people::Person& person) {
  const store::Contact& contact = person.contact;
  json::object made{{"account", contact.account_id.text()},
                    {"name", contact.name()},
                    {"standing", store::to_text(contact.standing)},
                    {"verified", person.is_verified},
                    {"messages", person.messages}};
  if (contact.nickname) made["nickname"] = *contact.nickname;
  if (contact.user_name) made["user_name"] = *contact.user_name;
  if (contact.claimed_name) made["claimed_name"] = *contact.claimed_name;
  if (person.looks_like) made["looks_like"] = *person.looks_like;
  return made;
}

json::value people_list(const std::vector<client::people::Person>& all) {
  json::array made;
  for (const auto& person : all) made.push_back(person_object(person));
  return made;
}

asio::awaitable<Result<json::value>> contact_list(Call call) {
  CO_TRY_VOID(call.params.only({}));
  CO_TRY(const auto all, from(client::people::contacts(call.engine())));
  co_return people_list(all);
}

asio::awaitable<Result<json::value>> request_list(Call call) {
  CO_TRY_VOID(call.params.only({}));
  CO_TRY(const auto all, from(client::people::requests(call.engine())));
  co_return people_list(all);
}

/// What a change has for others leaves now, as far as the server can be reached; what can't, later.
asio::awaitable<Result<json::value>> after_change(Call& call, store::Contact contact) {
  const auto settled = co_await call.engine().settle_permits();
  const auto drained = co_await call.engine().drain_outbox();
  json::object made{{"event", "contact"},
                    {"account", contact.account_id.text()},
                    {"name", contact.name()},
                    {"standing", store::to_text(contact.standing)}};
  if (!settled || !drained) made["later"] = (settled ? drained : settled).error().message;
  co_return json::value(std::move(made));
}

using Change = client::Result<store::Contact> (*)(client::Engine& engine, const std::string& who);

asio::awaitable<Result<json::value>> change(Call& call, Change make) {
  CO_TRY_VOID(call.params.only({"contact"}));
  CO_TRY(const std::string who, call.params.text("contact"));
  CO_TRY(store::Contact contact, from(make(call.engine(), who)));
  co_return co_await after_change(call, std::move(contact));
}

/// contact → the contact as it stands afterwards; `later` says why others do not know yet.
asio::awaitable<Result<json::value>> contact_block(Call call) {
  co_return co_await change(call, client::people::block);
}
asio::awaitable<Result<json::value>> contact_unblock(Call call) {
  co_return co_await change(call, client::people::unblock);
}
asio::awaitable<Result<json::value>> contact_trust_anyway(Call call) {
  co_return co_await change(call, client::people::go_on_without_list);
}
/// The answer to a contact's move to another server: what waits goes there.
asio::awaitable<Result<json::value>> contact_allow_move(Call call) {
  CO_TRY_VOID(call.params.only({"contact"}));
  CO_TRY(const std::string who, call.params.text("contact"));
  CO_TRY(const auto move, from(call.engine().pending_move(who)));
  if (!move) co_return Failure(Code::refused, "no move of this contact waits for an answer");
  CO_TRY_VOID(from(call.engine().allow_move(who)));
  co_return json::object{{"event", "moved"}, {"from", move->from}, {"to", move->to}};
}
/// contact, account (null: the only one), accept → whom to write to from now on.
asio::awaitable<Result<json::value>> contact_reset(Call call) {
  CO_TRY_VOID(call.params.only({"contact", "account", "accept"}));
  CO_TRY(const std::string who, call.params.text("contact"));
  CO_TRY(const auto which, call.params.maybe_text("account"));
  CO_TRY(const bool is_accepted, call.params.flag("accept", false));
  CO_TRY(store::Contact contact, from(client::resets::answer(call.engine(), who, which, is_accepted)));
  co_return co_await after_change(call, std::move(contact));
}
asio::awaitable<Result<json::value>> request_delete(Call call) {
  co_return co_await change(call, client::people::refuse);
}

using NamedChange = client::Result<store::Contact> (*)(client::Engine& engine, const std::string& who,
                                                       const std::optional<std::string>& nickname);

/// contact, nickname (null: none)
asio::awaitable<Result<json::value>> named_change(Call& call, NamedChange make) {
  CO_TRY_VOID(call.params.only({"contact", "nickname"}));
  CO_TRY(const std::string who, call.params.text("contact"));
  CO_TRY(const auto nickname, call.params.maybe_text("nickname"));
  CO_TRY(store::Contact contact, from(make(call.engine(), who, nickname)));
  co_return co_await after_change(call, std::move(contact));
}
asio::awaitable<Result<json::value>> contact_rename(Call call) {
  co_return co_await named_change(call, client::people::rename);
}
asio::awaitable<Result<json::value>> request_accept(Call call) {
  co_return co_await named_change(call, client::people::accept);
}

// Links

json::object link_object(const client::contact_links::Link& link) {
  json::object made{{"label", link.label}, {"link", link.text}};
  if (link.last_day) made["last_day"] = base::to_text(*link.last_day);
  return made;
}

/// label, days → the link, once the server knows its permit.
asio::awaitable<Result<json::value>> link_create(Call call) {
  CO_TRY_VOID(call.params.only({"label", "days"}));
  CO_TRY(const std::string label, call.params.text("label"));
  CO_TRY(const auto days, call.params.maybe_number("days", 0, 3'650));
  CO_TRY(const auto link, from(client::contact_links::create(call.engine(), label, days)));
  json::object made = link_object(link);
  const auto settled = co_await call.engine().settle_permits();
  if (!settled) made["later"] = settled.error().message;
  co_return json::value(std::move(made));
}

asio::awaitable<Result<json::value>> link_list(Call call) {
  CO_TRY_VOID(call.params.only({}));
  CO_TRY(const auto links, from(client::contact_links::list(call.engine())));
  json::array made;
  for (const auto& link : links) made.push_back(link_object(link));
  co_return json::value(std::move(made));
}

/// label
asio::awaitable<Result<json::value>> link_revoke(Call call) {
  CO_TRY_VOID(call.params.only({"label"}));
  CO_TRY(const std::string label, call.params.text("label"));
  CO_TRY_VOID(from(client::contact_links::revoke(call.engine(), label)));
  CO_TRY_VOID(from(co_await call.engine().settle_permits()));
  co_return json::value();
}

constexpr Method methods[] = {{"address", address},
                              {"contact.add", contact_add},
                              {"contact.list", contact_list},
                              {"contact.rename", contact_rename},
                              {"contact.block", contact_block},
                              {"contact.unblock", contact_unblock},
                              {"contact.trust_anyway", contact_trust_anyway},
                              {"contact.allow_move", contact_allow_move},
                              {"contact.reset", contact_reset},
                              {"request.list", request_list},
                              {"request.accept", request_accept},
                              {"request.delete", request_delete},
                              {"link.create", link_create},
                              {"link.list", link_list},
                              {"link.revoke", link_revoke},
                              {"verify", verify}};

}  // namespace

std::span<const Method> people_methods() { return methods; }

}  // namespace sotto::rpc
