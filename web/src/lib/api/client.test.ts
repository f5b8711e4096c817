import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { server } from "@/test/server";
import { session, useSession } from "../session";
import { api, publicApi } from "./client";
import { ApiError } from "./errors";

describe("the typed client", () => {
  it("sends the token", async () => {
    let seen: string | null = null;
    server.use(
      http.get("*/api/auth/me", ({ request }) => {
        seen = request.headers.get("authorization");
        return HttpResponse.json({ user: fixtures.user() });
      }),
    );
    const token = fixtures.token();
    session.signIn(token);
    const { data } = await api.GET("/api/auth/me");
    expect(seen).toBe(`Bearer ${token}`);
    expect(data?.user.name).toBe("Ada Lovelace");
  });

  it("throws problem+json as an ApiError with its fields", async () => {
    server.use(
      http.post("*/api/auth/signup", () =>
        problem(422, {
          code: "validation",
          title: "Check the form",
          detail: "Two fields are wrong.",
          errors: { email: ["Not an email."], password: ["Too short.", "Too plain."] },
        }),
      ),
    );
    const error = await publicApi
      .POST("/api/auth/signup", { body: { email: "a", name: "b", password: "c" } })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 422,
      code: "validation",
      title: "Check the form",
      detail: "Two fields are wrong.",
      errors: { email: ["Not an email."], password: ["Too short.", "Too plain."] },
      requestId: "req-test",
    });
  });

  it("reads Retry-After", async () => {
    server.use(
      http.post("*/api/auth/login", () =>
        problem(429, { code: "rate_limited", title: "Too many tries" }, { "retry-after": "17" }),
      ),
    );
    await expect(
      publicApi.POST("/api/auth/login", { body: { email: "a", password: "b" } }),
    ).rejects.toMatchObject({
      retryAfterMs: 17_000,
      isRetryable: true,
    });
  });

  it("explains an answer that is not Kuma's", async () => {
    server.use(http.get("*/api/models", () => HttpResponse.html("<h1>Bad gateway</h1>", { status: 502 })));
    await expect(api.GET("/api/models")).rejects.toMatchObject({ status: 502, code: "unreadable_response" });
  });

  it("explains that nothing answered", async () => {
    server.use(http.get("*/api/models", () => HttpResponse.error()));
    await expect(api.GET("/api/models")).rejects.toMatchObject({ status: 0, code: "network_error" });
  });
});

describe("a 401 in mid-session", () => {
  const oldToken = fixtures.token({ ver: 1 });
  const newToken = fixtures.token({ ver: 2 });

  function refuseOldToken() {
    const bodies: unknown[] = [];
    server.use(
      http.patch("*/api/auth/me", async ({ request }) => {
        if (request.headers.get("authorization") === `Bearer ${oldToken}`) {
          return problem(401, { code: "unauthorized", title: "Sign in again" });
        }
        bodies.push(await request.json());
        return HttpResponse.json({ user: fixtures.user() });
      }),
    );
    return bodies;
  }

  it("waits for the person and repeats the request, body and all", async () => {
    const bodies = refuseOldToken();
    session.signIn(oldToken);
    const first = api.PATCH("/api/auth/me", { body: { name: "One" } });
    const second = api.PATCH("/api/auth/me", { body: { name: "Two" } });
    await expect.poll(() => useSession.getState().expired).toBe(true);
    expect(bodies).toEqual([]);
    session.signIn(newToken);
    await Promise.all([first, second]);
    expect(bodies).toHaveLength(2);
    expect(bodies).toEqual(expect.arrayContaining([{ name: "One" }, { name: "Two" }]));
    expect(useSession.getState().expired).toBe(false);
  });

  it("fails the request when the person signs out instead", async () => {
    refuseOldToken();
    session.signIn(oldToken);
    const waiting = api.PATCH("/api/auth/me", { body: { name: "One" } });
    await expect.poll(() => useSession.getState().expired).toBe(true);
    session.signOut();
    await expect(waiting).rejects.toMatchObject({ status: 401, code: "signed_out" });
  });

  it("is an answer, not the end of a session, where nobody is signed in", async () => {
    server.use(
      http.post("*/api/auth/login", () => problem(401, { code: "bad_credentials", title: "Wrong" })),
    );
    await expect(
      publicApi.POST("/api/auth/login", { body: { email: "a", password: "b" } }),
    ).rejects.toMatchObject({
      code: "bad_credentials",
    });
    expect(useSession.getState().expired).toBe(false);
  });
});
