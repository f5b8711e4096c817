import "./ask-panel.css";
import { ArrowUp, MessagesSquare } from "lucide-react";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiError, isAbort, toApiError } from "@/lib/api";
import { cn } from "@/lib/cn";
import { askDocument } from "@/lib/documents/api";
import type { DocumentAnswer, DocumentCitation, DocumentRecord } from "@/lib/documents/types";
import { Markdown } from "@/markdown/Markdown";
import { Button, IconButton } from "@/ui/button";
import { ErrorNotice, Notice } from "@/ui/notice";
import { Spinner } from "@/ui/spinner";
import { placeOf } from "../words";

export interface Exchange {
  id: string;
  question: string;
  answer: DocumentAnswer | null;
  error: ApiError | null;
}

/** The questions put to one document and their answers; they live as long as its page. */
export function useExchanges(documentId: string) {
  const [exchanges, setExchanges] = useState<readonly Exchange[]>([]);
  const running = useRef<AbortController | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    running.current = controller;
    return () => controller.abort();
  }, []);
  const change = (id: string, fields: Partial<Exchange>) =>
    setExchanges((all) => all.map((one) => (one.id === id ? { ...one, ...fields } : one)));
  const run = async (id: string, question: string) => {
    try {
      change(id, { answer: await askDocument(documentId, question, running.current?.signal) });
    } catch (error) {
      if (!isAbort(error)) change(id, { error: toApiError(error) });
    }
  };
  return {
    exchanges,
    ask: (question: string) => {
      const id = crypto.randomUUID();
      setExchanges((all) => [...all, { id, question, answer: null, error: null }]);
      void run(id, question);
    },
    again: (exchange: Exchange) => {
      change(exchange.id, { error: null });
      void run(exchange.id, exchange.question);
    },
  };
}

const SUGGESTIONS = ["summary", "points", "numbers"] as const;

interface AskPanelProps {
  document: DocumentRecord;
  state: ReturnType<typeof useExchanges>;
  onShow: (citation: DocumentCitation) => void;
  /** Goes on in a chat, with the document attached. */
  onChat: () => void;
}

/** Questions to this document alone, answered with the passages they rest on. */
export function AskPanel({ document, state, onShow, onChat }: AskPanelProps) {
  const { t } = useTranslation(["documents", "common"]);
  const { exchanges, ask, again } = state;
  const [question, setQuestion] = useState("");
  const end = useRef<HTMLDivElement>(null);
  const ready = document.status === "ready";
  const waiting = exchanges.some((exchange) => exchange.answer === null && exchange.error === null);
  const count = exchanges.length;
  useEffect(() => {
    if (count > 0) end.current?.scrollIntoView({ block: "end" });
  }, [count]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (question.trim() === "" || !ready || waiting) return;
    ask(question.trim());
    setQuestion("");
  };
  return (
    <section aria-label={t("documents:ask.title")} className="flex min-h-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 pt-4 pb-3">
        {count === 0 ? (
          <div className="flex min-h-full flex-col justify-end">
            <h2 className="font-semibold text-base">{t("documents:ask.title")}</h2>
            <p className="mt-1 text-fg-muted text-sm">
              {ready ? t("documents:ask.hint") : t("documents:ask.notReady")}
            </p>
            {document.summary ? <p className="mt-3 text-fg-muted text-sm">{document.summary}</p> : null}
            {ready ? (
              <ul aria-label={t("documents:ask.suggestions.label")} className="mt-4 grid gap-2">
                {SUGGESTIONS.map((name) => (
                  <li key={name}>
                    <button
                      type="button"
                      onClick={() => ask(t(`documents:ask.suggestions.${name}`))}
                      className="w-full cursor-pointer rounded-lg border border-border bg-surface px-3.5 py-2 text-start text-sm shadow-xs transition-[background-color,border-color] duration-120 hover:border-control/60 hover:bg-hover touch:min-h-11"
                    >
                      {t(`documents:ask.suggestions.${name}`)}
                    </button>
                  </li>
                ))}
              </ul>
            ) : null}
          </div>
        ) : (
          <>
            <h2 className="sr-only">{t("documents:ask.title")}</h2>
            <ol className="grid gap-7">
              {exchanges.map((exchange) => (
                <li key={exchange.id} className="min-w-0">
                  <p
                    dir="auto"
                    className="ms-auto w-fit max-w-[90%] rounded-xl rounded-ee-sm bg-accent-soft px-3.5 py-2 text-sm wrap-anywhere"
                  >
                    {exchange.question}
                  </p>
                  {exchange.error !== null ? (
                    <ErrorNotice
                      error={exchange.error}
                      className="mt-3"
                      action={
                        <Button size="sm" onClick={() => again(exchange)}>
                          {t("common:retry")}
                        </Button>
                      }
                    />
                  ) : exchange.answer === null ? (
                    <p role="status" className="mt-3.5 flex items-center gap-2.5 text-fg-muted text-sm">
                      <Spinner />
                      {t("documents:ask.working")}
                    </p>
                  ) : (
                    <Answer id={exchange.id} answer={exchange.answer} document={document} onShow={onShow} />
                  )}
                </li>
              ))}
            </ol>
          </>
        )}
        <div ref={end} />
      </div>
      <form onSubmit={submit} className="shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
        <div className="flex items-end gap-1.5 rounded-xl border border-border bg-surface p-1.5 shadow-sm transition-[border-color] duration-120 focus-within:border-control">
          <textarea
            value={question}
            rows={1}
            dir="auto"
            disabled={!ready}
            aria-label={t("documents:ask.label")}
            placeholder={t("documents:ask.placeholder")}
            enterKeyHint="send"
            onChange={(event) => setQuestion(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
            }}
            className="field-sizing-content max-h-40 min-h-9 flex-1 resize-none bg-transparent px-2 py-1.5 text-base outline-none placeholder:text-fg-subtle sm:text-sm"
          />
          <IconButton
            label={t("documents:ask.send")}
            type="submit"
            variant="primary"
            className="rounded-full"
            disabled={question.trim() === "" || !ready || waiting}
          >
            <ArrowUp aria-hidden />
          </IconButton>
        </div>
        {count === 0 ? null : (
          <Button variant="link" size="sm" className="mt-2 ms-1 text-fg-muted" onClick={onChat}>
            <MessagesSquare aria-hidden />
            {t("documents:ask.inChat")}
          </Button>
        )}
      </form>
    </section>
  );
}

interface AnswerProps {
  id: string;
  answer: DocumentAnswer;
  document: DocumentRecord;
  onShow: (citation: DocumentCitation) => void;
}

function Answer({ id, answer, document, onShow }: AnswerProps) {
  const { t } = useTranslation("documents");
  const heading = useId();
  const { citations } = answer;
  const quotesOnly = answer.model === null;
  const [shown, setShown] = useState<number | null>(null);
  return (
    <div className="mt-3" aria-live="polite">
      {quotesOnly ? (
        <Notice className="text-meta">{answer.notice ?? t("ask.quotesOnly")}</Notice>
      ) : (
        <div dir="auto" data-answer className="compact-md">
          <Markdown text={answer.answer} id={`answer-${id}`} />
        </div>
      )}
      {quotesOnly || !answer.notice ? null : <p className="mt-2 text-fg-muted text-meta">{answer.notice}</p>}
      {citations.length === 0 ? (
        quotesOnly ? (
          <p className="mt-3 text-fg-muted text-sm">{t("ask.nothing")}</p>
        ) : null
      ) : (
        <>
          <h3 id={heading} className="mt-4 mb-1.5 font-medium text-fg-muted text-meta">
            {t("ask.sources")}
          </h3>
          <ol aria-labelledby={heading} className="grid gap-1.5">
            {citations.map((citation) => (
              <li key={citation.index}>
                <button
                  type="button"
                  title={t("ask.show")}
                  aria-pressed={shown === citation.index}
                  onClick={() => {
                    setShown(citation.index);
                    onShow(citation);
                  }}
                  className={cn(
                    "flex w-full cursor-pointer items-start gap-2.5 rounded-md border px-3 py-2 text-start text-sm transition-[background-color,border-color] duration-120",
                    shown === citation.index
                      ? "border-accent/60 bg-accent-soft/60"
                      : "border-border bg-surface hover:border-control/60 hover:bg-hover",
                  )}
                >
                  <span className="mt-px grid h-5 min-w-5 shrink-0 place-items-center rounded-xs bg-muted px-1 text-fg-muted text-xs tabular-nums">
                    {citation.index}
                  </span>
                  <span className="min-w-0 flex-1">
                    <span className="font-medium text-meta">
                      {citation.page === null ? t("ask.passage") : placeOf(document, citation.page, t)}
                    </span>
                    <span dir="auto" className="line-clamp-4 text-fg-muted text-meta wrap-anywhere">
                      {citation.quote}
                    </span>
                  </span>
                </button>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
