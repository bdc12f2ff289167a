// The account's own routes: its list, its devices, its generation, and where a new device is met.
#include "base/encoding.hpp"
#include "client/server.hpp"

namespace sotto::client {
namespace {

namespace frames = wire::frames;

using answers::error_of;
using answers::not_understood;
using answers::parse;
using answers::problem_of;
using answers::serialize;
using base::text;
using base::view;

}  // namespace

asio::awaitable<Result<wire::Introduction>> Server::own_account() {
  auto answer = co_await call("GET", "/v1/own/account", base::Blob());
  if (!answer) co_return answer.error();
  co_return answers::introduction(*answer, name());
}

asio::awaitable<Result<void>> Server::present_own(wire::Introduction introduction) {
  auto answer = co_await call("PUT", "/v1/own/account", introduction.serialize());
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  co_return Result<void>();
}

asio::awaitable<Result<void>> Server::return_device(base::Blob request) {
  auto answer = co_await call("POST", "/v1/devices/return", std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  co_return Result<void>();
}

asio::awaitable<Result<std::vector<wire::DeviceBundle>>> Server::own_bundles() {
  auto answer = co_await call("POST", "/v1/own/bundles", base::Blob());
  if (!answer) co_return answer.error();
  co_return answers::bundles(*answer, name());
}

asio::awaitable<Result<SendAnswer>> Server::send_to_own(base::Blob request) {
  auto answer = co_await call("POST", "/v1/own/messages", std::move(request));
  if (!answer) co_return answer.error();
  co_return answers::sending(*answer, name());
}

asio::awaitable<Result<Generation>> Server::advance_generation(std::optional<base::Bytes<16>> tick_now,
                                                               Generation next) {
  frames::GenerationChange change;
  if (tick_now) change.set_tick_now(text(*tick_now));
  change.mutable_next()->set_number(next.number);
  change.mutable_next()->set_tick(text(*next.tick));
  auto answer = co_await call("PUT", "/v1/generation", serialize(change));
  if (!answer) co_return answer.error();
  if (answer->status == 200) co_return next;
  frames::Error error;
  if (!parse(error, answer->body) || error.code() != "generation_passed") co_return problem_of(*answer, name());
  co_return Generation{.number = error.generation().number(), .tick = base::fixed<16>(view(error.generation().tick()))};
}

asio::awaitable<Result<ActChallenge>> Server::begin_act(wire::AccountId account) {
  frames::ActBegin request;
  request.set_account_id(text(account.view()));
  auto answer = co_await call("POST", "/v1/acts/begin", serialize(request));
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  frames::ActBegun begun;
  if (!parse(begun, answer->body)) co_return not_understood(name());
  const auto challenge = base::fixed<32>(view(begun.challenge()));
  const auto mailbox = wire::MailboxId::from(view(begun.mailbox_id()));
  if (!challenge || !mailbox) co_return not_understood(name());
  co_return ActChallenge{.challenge = *challenge, .mailbox_id = *mailbox};
}

asio::awaitable<Result<std::optional<ListPassed>>> Server::put_list(base::Blob act) {
  auto answer = co_await call("PUT", "/v1/account/list", std::move(act));
  if (!answer) co_return answer.error();
  std::optional<ListPassed> passed;
  if (answer->status == 200) co_return passed;
  frames::Error error;
  if (!parse(error, answer->body) || error.code() != "list_passed") co_return problem_of(*answer, name());
  auto stands = wire::Introduction::parse(view(error.introduction()));
  if (!stands) co_return not_understood(name());
  passed = ListPassed{.stands = *std::move(stands)};
  co_return passed;
}

asio::awaitable<Result<MailboxGrant>> Server::grant() {
  auto answer = co_await call("POST", "/v1/grants", base::Blob());
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  frames::MailboxGrant granted;
  if (!parse(granted, answer->body)) co_return not_understood(name());
  const auto grant = base::fixed<32>(view(granted.grant()));
  const auto mailbox = wire::MailboxId::from(view(granted.mailbox_id()));
  if (!grant || !mailbox) co_return not_understood(name());
  co_return MailboxGrant{.grant = *grant, .mailbox_id = *mailbox};
}

asio::awaitable<Result<void>> Server::add_device(base::Blob new_device) {
  auto answer = co_await call("POST", "/v1/devices", std::move(new_device));
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  co_return Result<void>();
}

// Rendezvous

namespace {

std::string path_of(const base::Bytes<16>& id, const std::string& rest) {
  return "/v1/rendezvous/" + base::to_base64url(id) + rest;
}

}  // namespace

asio::awaitable<Result<net::Response>> Server::call_at(Rendezvous at, std::string method, std::string target,
                                                       base::Blob body) {
  net::Request request{.method = std::move(method),
                       .target = std::move(target),
                       .headers = {{.name = "Content-Type", .value = "application/octet-stream"},
                                   {.name = "Sotto-Rendezvous", .value = base::to_base64url(at.key)}},
                       .body = std::move(body)};
  auto answer = co_await http_.send(std::move(request), std::chrono::seconds(60));
  if (!answer) co_return Problem(answer.error(), name());
  co_return *std::move(answer);
}

asio::awaitable<Result<Server::Rendezvous>> Server::open_rendezvous() {
  auto answer = co_await call("POST", "/v1/rendezvous", base::Blob());
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  frames::RendezvousOpened opened;
  if (!parse(opened, answer->body)) co_return not_understood(name());
  const auto id = base::fixed<16>(view(opened.rendezvous_id()));
  if (!id) co_return not_understood(name());
  co_return Rendezvous{.id = *id, .key = base::blob(view(opened.key()))};
}

asio::awaitable<Result<base::Blob>> Server::join_rendezvous(base::Bytes<16> id) {
  auto answer = co_await call("POST", path_of(id, "/guest"), base::Blob());
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  frames::RendezvousJoined joined;
  if (!parse(joined, answer->body)) co_return not_understood(name());
  co_return base::blob(view(joined.key()));
}

asio::awaitable<Result<void>> Server::say(Rendezvous at, base::Blob message) {
  std::string target = path_of(at.id, "/messages");
  auto answer = co_await call_at(std::move(at), "POST", std::move(target), std::move(message));
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  co_return Result<void>();
}

asio::awaitable<Result<std::vector<base::Blob>>> Server::hear(Rendezvous at, std::size_t after) {
  std::string target = path_of(at.id, "/messages?after=" + std::to_string(after));
  auto answer = co_await call_at(std::move(at), "GET", std::move(target), base::Blob());
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  frames::RendezvousMessages heard;
  if (!parse(heard, answer->body)) co_return not_understood(name());
  std::vector<base::Blob> messages;
  for (const std::string& message : heard.messages()) messages.push_back(base::blob(view(message)));
  co_return messages;
}

asio::awaitable<Result<void>> Server::end_rendezvous(Rendezvous at) {
  std::string target = path_of(at.id, "");
  auto answer = co_await call_at(std::move(at), "DELETE", std::move(target), base::Blob());
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  co_return Result<void>();
}

}  // namespace sotto::client
