#pragma once
#include "net/http_server.hpp"

namespace sotto::net {

/// A service that admits everything and has one function to answer with.
struct PlainService : HttpService {
  virtual std::size_t body_limit(const Request& head) const = 0;
  virtual asio::awaitable<Response> answer(Request request) = 0;

  asio::awaitable<std::variant<Response, std::unique_ptr<HttpExchange>>> admit(Request head, const Caller&) override {
    const std::size_t limit = body_limit(head);
    std::unique_ptr<HttpExchange> exchange = std::make_unique<Exchange>(*this, std::move(head), limit);
    co_return exchange;
  }

 private:
  struct Exchange final : HttpExchange {
    Exchange(PlainService& of, Request with, std::size_t limit)
        : HttpExchange(limit, BodyShare::known), service(of), request(std::move(with)) {}
    asio::awaitable<Response> answer(base::Blob body) override {
      request.body = std::move(body);
      return service.answer(std::move(request));
    }
    PlainService& service;
    Request request;
  };
};

}  // namespace sotto::net
