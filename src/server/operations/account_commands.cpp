#include "server/operations/account_commands.hpp"

#include <array>
#include <charconv>

#include "base/encoding.hpp"
#include "server/operations/disclosure.hpp"
#include "wire/names.hpp"

namespace sotto::server {
namespace {

namespace json = boost::json;
using Arguments = std::vector<std::string>;

constexpr std::uint32_t most_uses = 1'000'000;
constexpr std::uint32_t most_days = 3'650;
constexpr std::size_t page = 500;  // accounts asked for at once

json::object refusal(std::string why) {
  json::object line;
  line["error"] = std::move(why);
  return line;
}

json::object refusal(StorageProblem problem) {
  return refusal(problem == StorageProblem::full ? "the disk is full" : "the storage does not answer");
}

std::optional<std::uint64_t> whole(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

json::object described(const Invite& invite) {
  json::object line;
  line["id"] = invite.id;
  line["uses_left"] = invite.uses_left;
  line["last_day"] = date(invite.last_day);
  return line;
}

asio::awaitable<void> create_invite(Operations& operations, Arguments arguments, Reply& reply) {
  const auto uses = whole(arguments[0]), days = whole(arguments[1]);
  if (!uses || *uses < 1 || *uses > most_uses || !days || *days > most_days) {
    co_await reply.say(refusal("--uses is a number from 1 to " + std::to_string(most_uses) + ", --days one from 0 to " +
                               std::to_string(most_days)));
    co_return;
  }
  const auto token = operations.random.bytes<16>();
  const base::Day last_day{base::day_of(operations.clock.now()).value + static_cast<std::uint32_t>(*days)};
  const InviteHash hash = wire::hash(wire::names::invite, token);
  const auto made = co_await operations.storage.invites().make(hash, static_cast<std::uint32_t>(*uses), last_day);
  if (!made) {
    co_await reply.say(refusal(made.error()));
    co_return;
  }
  json::object line = described(*made);
  line["token"] = base::to_base64url(token);
  co_await reply.say(std::move(line));
}

asio::awaitable<void> list_invites(Operations& operations, Arguments, Reply& reply) {
  const auto invites = co_await operations.storage.invites().all();
  if (!invites) {
    co_await reply.say(refusal(invites.error()));
    co_return;
  }
  for (const Invite& invite : *invites) {
    const bool is_heard = co_await reply.say(described(invite));
    if (!is_heard) co_return;
  }
}

asio::awaitable<void> revoke_invite(Operations& operations, Arguments arguments, Reply& reply) {
  const auto id = whole(arguments[0]);
  if (!id) {
    co_await reply.say(refusal(arguments[0] + " is not the number of an invite; invite list shows them"));
    co_return;
  }
  const auto revoked = co_await operations.storage.invites().revoke(*id);
  if (!revoked) {
    co_await reply.say(refusal(revoked.error()));
    co_return;
  }
  if (!*revoked) {
    co_await reply.say(refusal("there is no invite " + arguments[0]));
    co_return;
  }
  json::object line;
  line["revoked"] = *id;
  co_await reply.say(std::move(line));
}

json::object described(const AccountSummary& account) {
  json::object line;
  line["account"] = account.id.text();
  line["user_name"] = account.user_name ? json::value(*account.user_name) : json::value();
  line["devices"] = account.devices;
  line["last_contact"] = date_or_null(account.last_contact);
  line["deletion"] = date_or_null(account.deletion);
  return line;
}

asio::awaitable<void> list_accounts(Operations& operations, Arguments, Reply& reply) {
  for (std::size_t skip = 0;; skip += page) {
    const auto accounts = co_await operations.storage.operators().accounts(skip, page);
    if (!accounts) {
      co_await reply.say(refusal(accounts.error()));
      co_return;
    }
    for (const AccountSummary& account : *accounts) {
      const bool is_heard = co_await reply.say(described(account));
      if (!is_heard) co_return;
    }
    if (accounts->size() < page) co_return;
  }
}

/// By id or by user name, also of those that don't want to be found by it.
asio::awaitable<Stored<std::optional<AccountSummary>>> find(Operations& operations, std::string wanted) {
  const auto id = wire::AccountId::from_text(wanted);
  for (std::size_t skip = 0;; skip += page) {
    auto accounts = co_await operations.storage.operators().accounts(skip, page);
    if (!accounts) co_return accounts.error();
    for (AccountSummary& account : *accounts) {
      if (id ? account.id == *id : account.user_name == wanted) co_return std::optional(std::move(account));
    }
    if (accounts->size() < page) co_return std::optional<AccountSummary>();
  }
}

asio::awaitable<void> show_account(Operations& operations, Arguments arguments, Reply& reply) {
  const std::string wanted = arguments[0];
  const auto found = co_await find(operations, wanted);
  if (!found) {
    co_await reply.say(refusal(found.error()));
    co_return;
  }
  if (!*found) {
    co_await reply.say(refusal("there is no account " + wanted));
    co_return;
  }
  co_await reply.say(described(**found));
}

std::string not_an_id(const std::string& text) {
  return text + " is not the id of an account (36 characters); account show finds it by name";
}

asio::awaitable<void> remove_account(Operations& operations, Arguments arguments, Reply& reply) {
  const auto id = wire::AccountId::from_text(arguments[0]);
  if (!id) {
    co_await reply.say(refusal(not_an_id(arguments[0])));
    co_return;
  }
  const auto removed = co_await operations.storage.operators().remove(*id, base::day_of(operations.clock.now()));
  if (!removed) {
    co_await reply.say(refusal(removed.error()));
    co_return;
  }
  if (!*removed) {
    co_await reply.say(refusal("there is no account " + id->text()));
    co_return;
  }
  operations.send_away(**removed);
  json::object line;
  line["removed"] = id->text();
  line["devices"] = (*removed)->size();
  co_await reply.say(std::move(line));
}

asio::awaitable<void> disclose_account(Operations& operations, Arguments arguments, Reply& reply) {
  const auto id = wire::AccountId::from_text(arguments[0]);
  if (!id) {
    co_await reply.say(refusal(not_an_id(arguments[0])));
    co_return;
  }
  const auto disclosed = co_await operations.storage.operators().disclose(*id);
  if (!disclosed) {
    co_await reply.say(refusal(disclosed.error()));
    co_return;
  }
  if (!*disclosed) {
    co_await reply.say(refusal("there is no account " + id->text()));
    co_return;
  }
  co_await reply.say(to_json(**disclosed));
}

constexpr std::array invite_flags{
    CommandFlag{.name = "uses", .argument = "COUNT", .otherwise = "1", .help = "accounts that may register by it"},
    CommandFlag{.name = "days", .argument = "COUNT", .otherwise = "7", .help = "days for which it is good after today"},
};

constexpr std::array rows{
    Command{.name = "invite create",
            .arguments = "",
            .help = "make an invite and print its token, which is kept nowhere",
            .run = create_invite,
            .flags = invite_flags},
    Command{.name = "invite list",
            .arguments = "",
            .help = "the invites that are still good",
            .run = list_invites,
            .shown = Shown::table},
    Command{.name = "invite revoke",
            .arguments = "ID",
            .help = "end an invite at once",
            .least = 1,
            .most = 1,
            .run = revoke_invite},
    Command{.name = "account list",
            .arguments = "",
            .help = "every account, in the order in which they came",
            .run = list_accounts,
            .shown = Shown::table},
    Command{.name = "account show",
            .arguments = "ACCOUNT|NAME",
            .help = "one account, by its id or its user name",
            .least = 1,
            .most = 1,
            .run = show_account},
    Command{.name = "account remove",
            .arguments = "ACCOUNT",
            .help = "delete an account at once, with all that is kept of it; asks nothing",
            .least = 1,
            .most = 1,
            .run = remove_account},
    Command{.name = "disclose",
            .arguments = "ACCOUNT",
            .help = "all that the server holds about an account",
            .least = 1,
            .most = 1,
            .run = disclose_account,
            .shown = Shown::disclosure},
};

}  // namespace

std::span<const Command> account_commands() { return rows; }

}  // namespace sotto::server
