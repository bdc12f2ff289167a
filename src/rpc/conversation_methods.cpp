// What is said, and what is heard.
#include <boost/json/value.hpp>

#include "client/conversations.hpp"
#include "rpc/methods.hpp"
#include "rpc/values.hpp"

namespace sotto::rpc {
namespace {

constexpr std::int64_t longest_wait_ms = 86'400'000;

/// Why a message is not at the server, in an answer about the message itself.
json::object problem_object(const client::Problem& problem) {
  const Failure failure(problem);
  return {{"code", static_cast<std::int32_t>(failure.code)}, {"message", failure.message}};
}

/// contact, text, reply_to → the message as it stands once what can be sent has been sent. What is not sent has a
/// `problem`.
asio::awaitable<Result<json::value>> send(Call call) {
  CO_TRY_VOID(call.params.only({"contact", "text", "reply_to"}));
  CO_TRY(const std::string contact, call.params.text("contact"));
  CO_TRY(std::string text, call.params.text("text"));
  CO_TRY(const auto reply_to, call.params.maybe_text("reply_to"));
  CO_TRY(const store::Message kept,
         from(reply_to ? client::conversations::reply(call.engine(), contact, *reply_to, std::move(text))
                       : call.engine().enqueue(contact, std::move(text))));
  const auto drained = co_await call.engine().drain_outbox();
  CO_TRY(const store::Message after, from(call.engine().message(kept.id)));
  json::object made{{"event", "sent"},  {"id", hex_id(after)},         {"conversation", after.conversation.text()},
                    {"seq", after.seq}, {"sent_at", after.sent_at.ms}, {"state", store::to_text(after.state)}};
  if (after.state == store::State::failed) {
    made["problem"] = problem_object(client::refused("not sent: " + after.reason));
  } else if (after.state == store::State::queued || after.state == store::State::encrypted) {
    made["problem"] = problem_object(
        drained ? client::refused("the message waits behind another one of this conversation") : drained.error());
  }
  co_return json::value(std::move(made));
}

/// wait_ms, follow → null, after the events.
asio::awaitable<Result<json::value>> receive(Call call) {
  CO_TRY_VOID(call.params.only({"wait_ms", "follow"}));
  CO_TRY(const bool follows, call.params.flag("follow", false));
  CO_TRY(const auto wait, call.params.maybe_number("wait_ms", 0, longest_wait_ms));
  const auto patience = follows ? std::nullopt : std::optional(net::Duration(wait.value_or(0)));
  CO_TRY_VOID(co_await call.host.receive(patience, call.caller));
  co_return json::value();
}

/// contact, last → events, oldest first.
asio::awaitable<Result<json::value>> history(Call call) {
  CO_TRY_VOID(call.params.only({"contact", "last"}));
  CO_TRY(const std::string contact, call.params.text("contact"));
  CO_TRY(const auto last, call.params.maybe_number("last", 1, std::int64_t{1} << 40));
  CO_TRY(const auto events, from(call.engine().history(contact, last)));
  json::array made;
  for (const client::Event& event : events) made.push_back(history_entry(event));
  co_return json::value(std::move(made));
}

/// What was kept is sent now if it can be; what can't is no failure of what was asked for.
asio::awaitable<Result<json::value>> then_send(Call& call) {
  const auto drained = co_await call.engine().drain_outbox();
  if (drained) co_return json::value();
  co_return json::object{{"later", drained.error().message}};
}

/// contact, on: to who is there now
asio::awaitable<Result<json::value>> typing(Call call) {
  CO_TRY_VOID(call.params.only({"contact", "on"}));
  CO_TRY(const std::string contact, call.params.text("contact"));
  CO_TRY(const bool is_typing, call.params.flag("on", true));
  CO_TRY_VOID(from(client::conversations::tell_typing(call.engine(), contact, is_typing)));
  co_return co_await then_send(call);
}

/// contact, message, emoji (null: taken back)
asio::awaitable<Result<json::value>> react(Call call) {
  CO_TRY_VOID(call.params.only({"contact", "message", "emoji"}));
  CO_TRY(const std::string contact, call.params.text("contact"));
  CO_TRY(const std::string message, call.params.text("message"));
  CO_TRY(const auto emoji, call.params.maybe_text("emoji"));
  CO_TRY_VOID(from(client::conversations::react(call.engine(), contact, message, emoji)));
  co_return co_await then_send(call);
}

/// contact, message, text
asio::awaitable<Result<json::value>> edit(Call call) {
  CO_TRY_VOID(call.params.only({"contact", "message", "text"}));
  CO_TRY(const std::string contact, call.params.text("contact"));
  CO_TRY(const std::string message, call.params.text("message"));
  CO_TRY(std::string text, call.params.text("text"));
  CO_TRY_VOID(from(client::conversations::edit(call.engine(), contact, message, std::move(text))));
  co_return co_await then_send(call);
}

/// contact, message
asio::awaitable<Result<json::value>> remove(Call call) {
  CO_TRY_VOID(call.params.only({"contact", "message"}));
  CO_TRY(const std::string contact, call.params.text("contact"));
  CO_TRY(const std::string message, call.params.text("message"));
  CO_TRY_VOID(from(client::conversations::remove(call.engine(), contact, message)));
  co_return co_await then_send(call);
}

/// contact, seconds (0: off)
asio::awaitable<Result<json::value>> timer(Call call) {
  CO_TRY_VOID(call.params.only({"contact", "seconds"}));
  CO_TRY(const std::string contact, call.params.text("contact"));
  CO_TRY(const auto seconds, call.params.number("seconds", 0, wire::max_timer));
  CO_TRY_VOID(from(client::conversations::set_timer(call.engine(), contact, seconds)));
  co_return co_await then_send(call);
}

/// contact, message (the last that was shown; null: all that were told) → how many were not read before.
asio::awaitable<Result<json::value>> read(Call call) {
  CO_TRY_VOID(call.params.only({"contact", "message"}));
  CO_TRY(const std::string contact, call.params.text("contact"));
  CO_TRY(const auto message, call.params.maybe_text("message"));
  CO_TRY(const std::int64_t count, from(client::conversations::mark_read(call.engine(), contact, message)));
  CO_TRY_VOID(co_await call.host.finish_sending());
  co_return json::object{{"event", "read"}, {"count", count}};
}

constexpr Method methods[] = {{"send", send},   {"receive", receive}, {"history", history},
                              {"react", react}, {"edit", edit},       {"delete", remove},
                              {"timer", timer}, {"read", read},       {"typing", typing}};

}  // namespace

std::span<const Method> conversation_methods() { return methods; }

}  // namespace sotto::rpc
