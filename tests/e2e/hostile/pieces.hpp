#pragma once
#include <functional>
#include <map>
#include <set>

#include "base/encoding.hpp"
#include "client/answers.hpp"
#include "e2e/hostile/shim.hpp"
#include "wire/identity.hpp"
#include "wire/prekeys.hpp"

/// What a hostile server does, one idea a piece.
namespace sotto::test::hostile {

using client::answers::parse;
using client::answers::serialize;

inline bool is_for(const net::Request& request, std::string_view method, std::string_view target) {
  return request.method == method && request.target.starts_with(target);
}

inline net::Response refusal(unsigned status, const std::string& code) {
  frames::Error error;
  error.set_code(code);
  error.set_message("the server says: " + code);
  return {.status = status,
          .headers = {{.name = "Content-Type", .value = "application/x-protobuf"}},
          .body = serialize(error)};
}

/// Shows statements of its choice for an account, whoever asks: old ones, forked ones, forged ones.
class ShowsList final : public Meddling {
 public:
  ShowsList(wire::AccountId of, wire::Introduction shown) : of_(std::move(of)), shown_(std::move(shown)) {}
  void change(const net::Request& request, net::Response& response) override {
    if (response.status != 200) return;
    if (is_for(request, "GET", "/v1/account") || is_for(request, "GET", "/v1/own/account")) {
      frames::Account account;
      if (parse(account, response.body) && put_into(account)) response.body = serialize(account);
    } else if (is_for(request, "GET", "/v1/names/")) {
      frames::LookUp found;
      if (parse(found, response.body) && put_into(*found.mutable_account())) response.body = serialize(found);
    }
  }

 private:
  bool put_into(frames::Account& account) const {
    if (account.account_id() != base::text(of_.view())) return false;
    account.set_introduction(base::text(shown_.serialize()));
    return true;
  }
  wire::AccountId of_;
  wire::Introduction shown_;
};

/// Changes each prekey bundle that somebody fetches.
class ChangesBundles final : public Meddling {
 public:
  using Change = std::function<void(wire::DeviceBundle&)>;
  explicit ChangesBundles(Change how) : how_(std::move(how)) {}
  void change(const net::Request& request, net::Response& response) override {
    if (response.status != 200 || request.target.find("bundles") == std::string::npos) return;
    frames::Bundles found;
    if (!parse(found, response.body)) return;
    for (std::string& bytes : *found.mutable_bundles()) {
      auto bundle = wire::DeviceBundle::parse(base::view(bytes));
      CHECK(bundle);
      how_(*bundle);
      bytes = base::text(bundle->serialize());
    }
    response.body = serialize(found);
  }

 private:
  Change how_;
};

/// Says of every permit that it does not count.
class DeniesPermits final : public Meddling {
 public:
  std::optional<net::Response> answer(net::Request& request) override {
    if (net::header(request.headers, "Sotto-Permit").empty()) return std::nullopt;
    return refusal(403, "no_such_permit");
  }
};

/// Says that there are other devices to write to than those on the list.
class WantsAnotherDevice final : public Meddling {
 public:
  std::optional<net::Response> answer(net::Request& request) override {
    if (!is_for(request, "POST", "/v1/messages")) return std::nullopt;
    ++asked;
    frames::Error error;
    error.set_code("wrong_devices");
    error.set_message("write to device 9, too");
    auto* missing = error.add_missing();
    missing->set_mailbox_id(std::string(16, 'm'));
    missing->set_device_number(9);
    missing->set_registration_id(99);
    return net::Response{.status = 409, .headers = {}, .body = serialize(error)};
  }
  int asked = 0;
};

/// Says of every message that it has it, and throws it away.
class Swallows final : public Meddling {
 public:
  std::optional<net::Response> answer(net::Request& request) override {
    if (request.method != "POST" || !request.target.ends_with("/messages") ||
        request.target.find("rendezvous") != std::string::npos)
      return std::nullopt;
    ++swallowed;
    return net::Response{.status = 200};
  }
  int swallowed = 0;
};

/// Sees to which mailboxes people write.
class NotesAddressees final : public Meddling {
 public:
  std::optional<net::Response> answer(net::Request& request) override {
    frames::SendRequest sent;
    if (request.method == "POST" && request.target.ends_with("/messages") && parse(sent, request.body)) {
      for (const frames::Item& item : sent.items()) mailboxes.insert(item.mailbox_id());
    }
    return std::nullopt;
  }
  std::set<std::string> mailboxes;
};

/// Sees each envelope on its way into a mailbox.
class SeesEnvelopes : public Meddling {
 public:
  using Frames = std::vector<frames::ServerFrame>;
  Frames deliver(frames::ServerFrame frame) override {
    if (!frame.has_deliver()) return other(std::move(frame));
    seen.push_back(base::blob(base::view(frame.deliver().envelope())));
    return envelope(std::move(frame));
  }
  std::vector<base::Blob> seen;

 protected:
  virtual Frames envelope(frames::ServerFrame frame) { return {std::move(frame)}; }
  virtual Frames other(frames::ServerFrame frame) { return {std::move(frame)}; }
};

/// Gives every envelope several times over, and with each new one also those from before.
class Repeats final : public SeesEnvelopes {
 protected:
  Frames envelope(frames::ServerFrame frame) override {
    Frames made;
    for (int times = 0; times < 2; ++times) {
      for (const base::Blob& one : seen) {
        frames::ServerFrame copy = frame;
        copy.mutable_deliver()->set_envelope(base::text(one));
        made.push_back(std::move(copy));
      }
    }
    made.push_back(std::move(frame));
    return made;
  }
};

/// Gives what is in a mailbox in the reverse order.
class Reverses final : public SeesEnvelopes {
 protected:
  Frames envelope(frames::ServerFrame frame) override {
    held_.insert(held_.begin(), std::move(frame));
    return {};
  }
  Frames other(frames::ServerFrame frame) override {
    Frames made = std::exchange(held_, {});
    made.push_back(std::move(frame));
    return made;
  }

 private:
  Frames held_;
};

/// Another envelope in the place of each.
class Replaces final : public SeesEnvelopes {
 public:
  using By = std::function<base::Blob(base::Blob)>;
  explicit Replaces(By by) : by_(std::move(by)) {}

 protected:
  Frames envelope(frames::ServerFrame frame) override {
    frame.mutable_deliver()->set_envelope(base::text(by_(seen.back())));
    return {std::move(frame)};
  }

 private:
  By by_;
};

/// Every request that leaves something behind comes twice, the same bytes.
class Doubles final : public Meddling {
 public:
  bool doubles(const net::Request& request) override { return request.method != "GET"; }
};

}  // namespace sotto::test::hostile
