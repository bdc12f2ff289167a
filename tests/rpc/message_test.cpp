#include "rpc/message.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "rpc/params.hpp"

namespace sotto::rpc {
namespace {

Code code_of(std::string_view line) {
  const auto message = parse(line);
  return message ? Code{} : message.error().code;
}

TEST(RpcMessage, ARequestIsReadAsItWasWritten) {
  const Request written{.id = json::value("7"), .method = "send", .params = {{"contact", "ben"}}};
  const auto read = parse(serialize(written));
  ASSERT_TRUE(read);
  const auto& request = std::get<Request>(*read);
  EXPECT_EQ(request.id, written.id);
  EXPECT_EQ(request.method, written.method);
  EXPECT_EQ(request.params, written.params);
}

TEST(RpcMessage, ARequestWithoutIdWantsNoAnswer) {
  const auto read = parse(R"({"jsonrpc":"2.0","method":"event"})");
  ASSERT_TRUE(read);
  EXPECT_FALSE(std::get<Request>(*read).id);
}

TEST(RpcMessage, AnAnswerIsReadAsItWasWritten) {
  for (const Result<json::value>& outcome :
       {Result<json::value>(json::value(5)), Result<json::value>(Failure(Code::unreachable, "no way"))}) {
    const auto read = parse(serialize(Answer{.id = json::value(3), .outcome = outcome}));
    ASSERT_TRUE(read);
    const auto& answer = std::get<Answer>(*read);
    EXPECT_EQ(answer.id, json::value(3));
    ASSERT_EQ(bool(answer.outcome), bool(outcome));
    if (outcome) {
      EXPECT_EQ(*answer.outcome, *outcome);
    } else {
      EXPECT_EQ(answer.outcome.error().code, outcome.error().code);
      EXPECT_EQ(answer.outcome.error().message, outcome.error().message);
    }
  }
}

TEST(RpcMessage, WhatIsNoRequestIsNamed) {
  EXPECT_EQ(code_of("{"), Code::parse_error);
  EXPECT_EQ(code_of("[]"), Code::invalid_request);
  EXPECT_EQ(code_of(R"({"method":"send"})"), Code::invalid_request);
  EXPECT_EQ(code_of(R"({"jsonrpc":"1.0","method":"send"})"), Code::invalid_request);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","method":1})"), Code::invalid_request);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","method":"send","id":{}})"), Code::invalid_request);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","method":"send","params":[1]})"), Code::invalid_request);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1})"), Code::invalid_request);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1,"result":1,"error":{}})"), Code::invalid_request);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1,"error":{"code":"x","message":"y"}})"), Code::invalid_request);
}

TEST(RpcMessage, TheEnginesErrorsComeBackAsTheSame) {
  for (const client::Error error : {client::Error::refused, client::Error::unreachable, client::Error::locked, client::Error::waiting}) {
    const client::Problem back = Failure(client::Problem(error, "why")).problem();
    EXPECT_EQ(back.error, error);
    EXPECT_EQ(back.message, "why");
  }
}

TEST(RpcParams, AParameterThatNoMethodHasIsRefused) {
  const Params params(json::object{{"contact", "ben"}, {"txet", "hi"}});
  const auto checked = params.only({"contact", "text"});
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("txet"), std::string::npos);
}

TEST(RpcParams, AValueOfTheWrongShapeIsRefusedByName) {
  const Params params(json::object{{"a", 1}, {"b", "x"}, {"c", 1.5}, {"d", 300}, {"e", nullptr}});
  EXPECT_FALSE(params.text("a"));
  EXPECT_FALSE(params.flag("b", false));
  EXPECT_FALSE(params.number("c", 0, 9));
  EXPECT_FALSE(params.number("d", 1, 127));
  EXPECT_FALSE(params.text("e"));
  EXPECT_FALSE(params.text("f"));
  const auto missing = params.maybe_text("e");
  ASSERT_TRUE(missing);
  EXPECT_FALSE(missing->has_value());
}

TEST(RpcParams, AWholeNumberMayBeWrittenAsAFraction) {
  const Params params(json::object{{"a", 7.0}});
  const auto number = params.number("a", 1, 9);
  ASSERT_TRUE(number);
  EXPECT_EQ(*number, 7);
}

}  // namespace
}  // namespace sotto::rpc
