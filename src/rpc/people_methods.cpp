// Who is written to.
#include <boost/json/value.hpp>

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

constexpr Method methods[] = {{"address", address}, {"contact.add", contact_add}, {"verify", verify}};

}  // namespace

std::span<const Method> people_methods() { return methods; }

}  // namespace sotto::rpc
