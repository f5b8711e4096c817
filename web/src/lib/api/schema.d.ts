// Generated from web/openapi.json by `npm run generate:api`. Do not edit.

export interface paths {
    "/api/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the audit log
         * @description Newest first.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List runs
         * @description Newest first. Never their text.
         */
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/jobs/{jobId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Inspect a run
         * @description With its steps. Never its text.
         */
        get: operations["inspectJob"];
        put?: never;
        post?: never;
        /**
         * Forget a run that is over
         * @description With its steps and events, and that it was given up; its messages stay. 409 when it is not over.
         */
        delete: operations["dropJob"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/jobs/{jobId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop anybody's run
         * @description The text so far is kept. Stopping a run that is over changes nothing.
         */
        post: operations["cancelAnyJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/jobs/{jobId}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run again what failed, was given up or cancelled
         * @description It waits in line with all attempts before it, goes on after its last finished step, and its events go
         *     on under the next number. 409 when it has its answer, or is not over.
         */
        post: operations["retryJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the model providers */
        get: operations["listProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/providers/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Save a model provider
         * @description Asks it for its models first: what does not work is not saved.
         */
        put: operations["putProvider"];
        post?: never;
        /** Forget a model provider and its key */
        delete: operations["deleteProvider"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at the queue
         * @description How full it is and who takes from it, and the runs that were given up after their last attempt, newest
         *     first.
         */
        get: operations["getQueue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the settings */
        get: operations["getSettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the settings */
        patch: operations["updateSettings"];
        trace?: never;
    };
    "/api/admin/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count everything */
        get: operations["getStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the accounts */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change an account's role */
        patch: operations["updateUser"];
        trace?: never;
    };
    "/api/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the agents */
        get: operations["listAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out everywhere
         * @description Every token of this account stops working, this one too.
         */
        post: operations["logoutAll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I */
        get: operations["getMe"];
        put?: never;
        post?: never;
        /** Erase my account and everything in it */
        delete: operations["deleteMe"];
        options?: never;
        head?: never;
        /** Change my profile */
        patch: operations["updateMe"];
        trace?: never;
    };
    "/api/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change my password
         * @description Every earlier token stops working: sign in again with the new password.
         */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/signup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an account
         * @description The first account becomes the administrator's.
         */
        post: operations["signup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List or search my chats
         * @description Newest activity first.
         */
        get: operations["listChats"];
        put?: never;
        /** Create an empty chat */
        post: operations["createChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a chat */
        get: operations["getChat"];
        put?: never;
        post?: never;
        /** Delete a chat with all its messages */
        delete: operations["deleteChat"];
        options?: never;
        head?: never;
        /**
         * Change a chat
         * @description Its place in the list stays.
         */
        patch: operations["updateChat"];
        trace?: never;
    };
    "/api/chat/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a chat's messages
         * @description The newest page first, each page in reading order. All branches: `parentId` tells which message
         *     follows which.
         */
        get: operations["listMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/{id}/messages/{messageId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Edit a message and have it answered
         * @description The edited message is a sibling of the old one, which stays with all that followed it.
         */
        put: operations["editMessage"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/{id}/messages/{messageId}/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer a message again
         * @description The new answer is a sibling of the old one, which stays.
         */
        post: operations["regenerateMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/jobs/{jobId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a run's record */
        get: operations["getJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/jobs/{jobId}/approvals/{callId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decide about a call
         * @description The run goes on when nothing else of it waits.
         */
        post: operations["decide"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/jobs/{jobId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a run
         * @description The text so far is kept. Stopping a run that is over changes nothing.
         */
        post: operations["cancelJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/jobs/{jobId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow a run
         * @description From its start, or after the given number; live while it is at work, and from its record later.
         */
        get: operations["followJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a message and follow its answer
         * @description Takes multipart/form-data or JSON. The answer is made whoever listens: a closed connection stops
         *     nothing. Resume with `GET /api/chat/jobs/{jobId}/events`. A message that is sent while another
         *     is being answered in the same chat is answered after it. The same `Idempotency-Key` gives the
         *     same job.
         */
        post: operations["sendMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the models */
        get: operations["listModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can the server serve
         * @description 503 when a part that it cannot work without is down. A missing model is no failure, nor is a queue from
         *     which no worker takes: that is for the workers' operator. Every part is looked at for two seconds at
         *     most.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the tools */
        get: operations["listTools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tools/{name}/allowance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Have a tool ask again
         * @description Takes back what `remember` allowed when a call was approved.
         */
        delete: operations["forgetAllowance"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive */
        get: operations["healthOutside"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures for Prometheus
         * @description Needs `METRICS_TOKEN` as Bearer when that is set.
         */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The record of a run, for administrators. */
        AdminJob: {
            /** @description Who answers. */
            agentType: string;
            /** @description Somebody wants it stopped. */
            cancelRequested: boolean;
            /** @description Its chat. */
            chatId: components["schemas"]["ChatId"];
            /**
             * Format: date-time
             * @description When it was accepted.
             */
            createdAt: string;
            /**
             * Format: int32
             * @description How often somebody took it: each time it began, was tried again, went on after a decision, or was
             *     taken over from a process that was gone.
             */
            epoch: number;
            error: components["schemas"]["JobFailure"] | null;
            /**
             * Format: date-time
             * @description When it was over.
             */
            finishedAt: string | null;
            /** @description The run. */
            jobId: components["schemas"]["JobId"];
            /**
             * Format: date-time
             * @description Until when that process has it; after that, another one takes it over.
             */
            leaseUntil: string | null;
            /** @description The model that was asked for; null: the default one. */
            model: string | null;
            /**
             * Format: date-time
             * @description When it is tried again, if it will be.
             */
            nextAttemptAt: string | null;
            /** @description How it ended: `{finishReason, usage, model}`. */
            result: Record<string, never> | null;
            /**
             * Format: int32
             * @description How many attempts failed before this one.
             */
            retryCount: number;
            /** @description Where it stands. */
            status: components["schemas"]["JobStatus"];
            /**
             * Format: date-time
             * @description When something last happened to it.
             */
            updatedAt: string;
            /** @description Whose it is. */
            userId: components["schemas"]["UserId"];
            /** @description The process that drives it, or drove it last. */
            worker: string | null;
        };
        /** @description A run, wrapped. */
        AdminJobBody: {
            /** @description The run. */
            job: components["schemas"]["AdminJob"];
        };
        /** @description A run with its steps. */
        AdminJobDetails: components["schemas"]["AdminJob"] & {
            /** @description What was done in it so far, in order. */
            steps: components["schemas"]["JobStep"][];
        };
        /** @description A run with its steps, wrapped. */
        AdminJobDetailsBody: {
            /** @description The run. */
            job: components["schemas"]["AdminJobDetails"];
        };
        /** @description An agent. */
        Agent: {
            /** @description What it is good for. */
            description: string;
            /** @description For people. */
            displayName: string;
            /** @description Whether it can be chosen. */
            isActive: boolean;
            /** @description Its own model; null: the default one. */
            model: string | null;
            /** @description Its name in `agentType`. */
            name: string;
            /**
             * Format: float
             * @description Its own temperature; null: the model's.
             */
            temperature: number | null;
            /** @description The tools it may use. */
            tools: string[];
        };
        /** @description The agents. */
        AgentsBody: {
            /** @description The default one first. */
            items: components["schemas"]["Agent"][];
        };
        /** @description Something that was done. */
        AuditEntry: {
            /** @description What was done. */
            action: string;
            /**
             * Format: date-time
             * @description When.
             */
            createdAt: string;
            /** @description More about it; never secrets. */
            details: Record<string, never>;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description To what. */
            subject: string | null;
            userId: components["schemas"]["UserId"] | null;
        };
        /** @description One conversation. */
        Chat: {
            activeJobId?: components["schemas"]["JobId"] | null;
            activeMessageId?: components["schemas"]["MessageId"] | null;
            /** @description The agent that answers in it. */
            agentType: string;
            /** @description Kept out of the list. */
            archived: boolean;
            /**
             * Format: date-time
             * @description When it was created.
             */
            createdAt: string;
            /** @description Its id. */
            id: components["schemas"]["ChatId"];
            /** @description Kept on top. */
            pinned: boolean;
            /** @description Its title; null until it has one. */
            title: string | null;
            /**
             * Format: date-time
             * @description When something was last said in it.
             */
            updatedAt: string;
            /** @description Whether one of its runs waits for your decision. */
            waitsForApproval: boolean;
        };
        /** @description A chat, wrapped. */
        ChatBody: {
            /** @description The chat. */
            chat: components["schemas"]["Chat"];
        };
        /**
         * Format: uuid
         * @description One conversation.
         */
        ChatId: string;
        /** @description A passage the answer rests on: the `citation` event's data. */
        Citation: {
            /**
             * Format: uuid
             * @description The document it is from.
             */
            documentId?: string | null;
            /**
             * Format: int32
             * @description The number in the answer's text, from 1.
             */
            index: number;
            /**
             * Format: int32
             * @description The page number, from 1.
             */
            page?: number | null;
            /** @description The words that were found in the source. */
            quote: string;
            /** @description The source's title. */
            title: string;
            /** @description The page it is from. */
            url?: string | null;
        };
        CreateBody: {
            /** @description The agent that shall answer; `router` when none. */
            agentType?: string | null;
            /** @description A title, at most 200 characters. */
            title?: string | null;
        };
        /** @description A run that was given up. */
        DeadJob: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description The run. */
            jobId: components["schemas"]["JobId"];
            /** @description Why it was given up. */
            reason: string;
        };
        /** @description A decision. */
        DecisionBody: {
            /** @description Approved: what to call it with instead of the model's arguments. */
            arguments?: Record<string, never> | null;
            /** @description Whether the call is made. */
            decision: components["schemas"]["DecisionWord"];
            /** @description Denied: why, for the model. */
            reason?: string | null;
            /** @description Approved: this tool need not ask any more, except in runs that have read text from outside. */
            remember?: boolean;
        };
        /**
         * @description What can be decided.
         * @enum {string}
         */
        DecisionWord: "approve" | "deny";
        DeleteMeBody: {
            /**
             * @description The current password, once more.
             * @default
             */
            password: string;
        };
        EditBody: {
            /**
             * @description What to ask instead, at most 256 KiB.
             * @default
             */
            message: string;
            /**
             * @description With which model; the default one when none.
             * @default null
             */
            model?: string | null;
        };
        /**
         * @description What a tool does to the world. Writes ask first.
         * @enum {string}
         */
        Effect: "read" | "write";
        /**
         * @description Why a finished run ended.
         * @enum {string}
         */
        FinishReason: "stop" | "length" | "cancelled" | "content_filter" | "step_limit";
        /** @description The process lives. */
        HealthBody: {
            /** @description Always `ok`. */
            status: string;
            /** @description The server's version. */
            version: string;
        };
        /** @description The record of a run. */
        Job: {
            /** @description Who answers. */
            agentType: string;
            /** @description Its chat. */
            chatId: components["schemas"]["ChatId"];
            /**
             * Format: date-time
             * @description When it was accepted.
             */
            createdAt: string;
            error: components["schemas"]["RunFailure"] | null;
            /** @description The run. */
            jobId: components["schemas"]["JobId"];
            /** @description How it ended: `{finishReason, usage, model}`. */
            result: Record<string, never> | null;
            /**
             * Format: int32
             * @description How often it was tried again.
             */
            retryCount: number;
            /** @description Where it stands. */
            status: components["schemas"]["JobStatus"];
            /**
             * Format: date-time
             * @description When something last happened to it.
             */
            updatedAt: string;
        };
        /** @description A job, wrapped. */
        JobBody: {
            /** @description The job. */
            job: components["schemas"]["Job"];
        };
        /** @description Why a run failed, without the provider's words: they may quote what a person wrote. */
        JobFailure: {
            /** @description A stable word for programs. */
            code: string;
            /** @description Whether the same may succeed later. */
            retryable: boolean;
            /** @description What happened, in a few words. */
            title: string;
        };
        /**
         * Format: uuid
         * @description The record of one run: one answer being made.
         */
        JobId: string;
        /**
         * @description Where a run stands. The spelling is the contract's and the database's.
         *
         *     `PENDING → PROCESSING → COMPLETED`; `PROCESSING → WAITING_APPROVAL → PENDING`;
         *     `PROCESSING → FAILED → PROCESSING` (retry) `→ DEAD` after the last; any unfinished `→ CANCELLED`.
         * @enum {string}
         */
        JobStatus: "PENDING" | "PROCESSING" | "WAITING_APPROVAL" | "COMPLETED" | "FAILED" | "DEAD" | "CANCELLED";
        /** @description A step of a run, without anything that was said in it. */
        JobStep: {
            /**
             * Format: date-time
             * @description When it was kept.
             */
            createdAt: string;
            /**
             * @description `reply`: a whole reply of a model; `asked`: a person was asked; `intent`: a call that writes was about to be
             *     made, and without a `result` behind it nobody knows whether it was; `result`: a call is over.
             */
            kind: string;
            /**
             * Format: int32
             * @description Its place in the run, from 1.
             */
            number: number;
        };
        LoginBody: {
            /**
             * @description The account's address.
             * @default
             */
            email: string;
            /**
             * @description Its password.
             * @default
             */
            password: string;
        };
        /**
         * @description What was done with memories.
         * @enum {string}
         */
        MemoryAction: "saved" | "recalled";
        /** @description A memory as a run event shows it. */
        MemoryItem: {
            /** @description Its sentence. */
            content: string;
            /** @description Its id. */
            id: string;
        };
        /** @description A message as clients see it: in lists and in the `done` event. */
        Message: {
            /** @description The chat it belongs to. */
            chatId: components["schemas"]["ChatId"];
            /** @description The passages it rests on, as in the `citation` event. */
            citations: unknown[];
            /** @description The text, Markdown for assistants. While streaming: the last checkpoint. */
            content: string;
            /**
             * Format: date-time
             * @description When it was created.
             */
            createdAt: string;
            /** @description Documents: `{documentId, displayName, pageCount}`. */
            documentAttachments: unknown[];
            error?: components["schemas"]["RunFailure"] | null;
            /** @description Its id; later messages have greater ones. */
            id: components["schemas"]["MessageId"];
            /** @description Pictures: `{id, url, mimeType, width, height, alt?}`. */
            imageAttachments: unknown[];
            /** @description The model that wrote it, `provider/model`. */
            model: string | null;
            parentId: components["schemas"]["MessageId"] | null;
            /** @description What the model thought, where it shows it. */
            reasoning?: string | null;
            /** @description Who speaks. */
            role: components["schemas"]["MessageRole"];
            /** @description How far it is. */
            status: components["schemas"]["MessageStatus"];
            /** @description Tools that were called for it, in order. */
            toolCalls: components["schemas"]["ToolCallRecord"][];
            usage: components["schemas"]["Usage"] | null;
        };
        /**
         * Format: uuid
         * @description One turn in a chat, by the user or by an agent.
         */
        MessageId: string;
        /**
         * @description Who speaks.
         * @enum {string}
         */
        MessageRole: "user" | "assistant";
        /**
         * @description How far a message is.
         * @enum {string}
         */
        MessageStatus: "complete" | "streaming" | "cancelled" | "failed";
        /** @description A model. */
        Model: {
            /** @description What it can do: `chat`, `tools`, `vision`, `reasoning`. */
            capabilities: string[];
            /**
             * Format: int32
             * @description Tokens it can hold, when known.
             */
            contextWindow?: number | null;
            /** @description A small model that shows how Kuma works and is no assistant. */
            demo: boolean;
            /** @description `provider/model` */
            id: string;
            /** @description For people. */
            name: string;
            /** @description The provider's name. */
            provider: string;
        };
        /** @description The models. */
        ModelsBody: {
            /** @description The one that answers when nobody chose; null: there is none. */
            default: string | null;
            /** @description All that can be chosen. */
            items: components["schemas"]["Model"][];
        };
        /** @description One page of a list. */
        Paged_AdminJob: {
            /** @description The items. */
            items: {
                /** @description Who answers. */
                agentType: string;
                /** @description Somebody wants it stopped. */
                cancelRequested: boolean;
                /** @description Its chat. */
                chatId: components["schemas"]["ChatId"];
                /**
                 * Format: date-time
                 * @description When it was accepted.
                 */
                createdAt: string;
                /**
                 * Format: int32
                 * @description How often somebody took it: each time it began, was tried again, went on after a decision, or was
                 *     taken over from a process that was gone.
                 */
                epoch: number;
                error: components["schemas"]["JobFailure"] | null;
                /**
                 * Format: date-time
                 * @description When it was over.
                 */
                finishedAt: string | null;
                /** @description The run. */
                jobId: components["schemas"]["JobId"];
                /**
                 * Format: date-time
                 * @description Until when that process has it; after that, another one takes it over.
                 */
                leaseUntil: string | null;
                /** @description The model that was asked for; null: the default one. */
                model: string | null;
                /**
                 * Format: date-time
                 * @description When it is tried again, if it will be.
                 */
                nextAttemptAt: string | null;
                /** @description How it ended: `{finishReason, usage, model}`. */
                result: Record<string, never> | null;
                /**
                 * Format: int32
                 * @description How many attempts failed before this one.
                 */
                retryCount: number;
                /** @description Where it stands. */
                status: components["schemas"]["JobStatus"];
                /**
                 * Format: date-time
                 * @description When something last happened to it.
                 */
                updatedAt: string;
                /** @description Whose it is. */
                userId: components["schemas"]["UserId"];
                /** @description The process that drives it, or drove it last. */
                worker: string | null;
            }[];
            /** @description Where the next page begins; null on the last. */
            nextCursor: string | null;
        };
        /** @description One page of a list. */
        Paged_AuditEntry: {
            /** @description The items. */
            items: {
                /** @description What was done. */
                action: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                createdAt: string;
                /** @description More about it; never secrets. */
                details: Record<string, never>;
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /** @description To what. */
                subject: string | null;
                userId: components["schemas"]["UserId"] | null;
            }[];
            /** @description Where the next page begins; null on the last. */
            nextCursor: string | null;
        };
        /** @description One page of a list. */
        Paged_Chat: {
            /** @description The items. */
            items: {
                activeJobId?: components["schemas"]["JobId"] | null;
                activeMessageId?: components["schemas"]["MessageId"] | null;
                /** @description The agent that answers in it. */
                agentType: string;
                /** @description Kept out of the list. */
                archived: boolean;
                /**
                 * Format: date-time
                 * @description When it was created.
                 */
                createdAt: string;
                /** @description Its id. */
                id: components["schemas"]["ChatId"];
                /** @description Kept on top. */
                pinned: boolean;
                /** @description Its title; null until it has one. */
                title: string | null;
                /**
                 * Format: date-time
                 * @description When something was last said in it.
                 */
                updatedAt: string;
                /** @description Whether one of its runs waits for your decision. */
                waitsForApproval: boolean;
            }[];
            /** @description Where the next page begins; null on the last. */
            nextCursor: string | null;
        };
        /** @description One page of a list. */
        Paged_Message: {
            /** @description The items. */
            items: {
                /** @description The chat it belongs to. */
                chatId: components["schemas"]["ChatId"];
                /** @description The passages it rests on, as in the `citation` event. */
                citations: unknown[];
                /** @description The text, Markdown for assistants. While streaming: the last checkpoint. */
                content: string;
                /**
                 * Format: date-time
                 * @description When it was created.
                 */
                createdAt: string;
                /** @description Documents: `{documentId, displayName, pageCount}`. */
                documentAttachments: unknown[];
                error?: components["schemas"]["RunFailure"] | null;
                /** @description Its id; later messages have greater ones. */
                id: components["schemas"]["MessageId"];
                /** @description Pictures: `{id, url, mimeType, width, height, alt?}`. */
                imageAttachments: unknown[];
                /** @description The model that wrote it, `provider/model`. */
                model: string | null;
                parentId: components["schemas"]["MessageId"] | null;
                /** @description What the model thought, where it shows it. */
                reasoning?: string | null;
                /** @description Who speaks. */
                role: components["schemas"]["MessageRole"];
                /** @description How far it is. */
                status: components["schemas"]["MessageStatus"];
                /** @description Tools that were called for it, in order. */
                toolCalls: components["schemas"]["ToolCallRecord"][];
                usage: components["schemas"]["Usage"] | null;
            }[];
            /** @description Where the next page begins; null on the last. */
            nextCursor: string | null;
        };
        /** @description One page of a list. */
        Paged_User: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was created.
                 */
                createdAt: string;
                /** @description Its address, in lower case. */
                email: string;
                /** @description Its id. */
                id: components["schemas"]["UserId"];
                /** @description What its owner wants to be called. */
                name: string;
                /** @description The web app's settings for it. */
                preferences: Record<string, never>;
                /** @description What it may do. */
                role: components["schemas"]["Role"];
            }[];
            /** @description Where the next page begins; null on the last. */
            nextCursor: string | null;
        };
        /** @description A part that the server stands on. */
        Part: {
            /** @description More about it. */
            detail?: string | null;
            /** @description Whether it works. */
            status: components["schemas"]["PartStatus"];
        };
        /**
         * @description The state of a part.
         * @enum {string}
         */
        PartStatus: "ok" | "down" | "none";
        PasswordBody: {
            /**
             * @description The one that is to be replaced.
             * @default
             */
            currentPassword: string;
            /**
             * @description At least 8 characters, at most 72 bytes.
             * @default
             */
            newPassword: string;
        };
        /** @description An error as clients get it. */
        Problem: {
            /** @description A stable word for programs. */
            code: string;
            /** @description What it means and what to do. */
            detail: string;
            /** @description What is wrong with which field. */
            errors?: {
                [key: string]: string[];
            };
            /** @description Names this request in the server's log. */
            requestId: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What happened, in a few words. */
            title: string;
            /** @description Names the sort of problem: `urn:kuma:problem:{code}`. */
            type: string;
        };
        /** @description A provider. */
        Provider: {
            /** @description Where it is; null: the vendor's own address. */
            baseUrl: string | null;
            /** @description For people. */
            displayName: string;
            /** @description Why it did not tell its models. */
            error: string | null;
            /** @description The end of its key. */
            keyHint: string | null;
            /** @description How it is spoken to: `openai`, `openai_responses`, `anthropic`, `gemini`, `ollama`, `openai_compatible` or `local`. */
            kind: string;
            /** @description How many models it has. */
            models: number;
            /** @description Its name in model ids. */
            name: string;
            /** @description Where its settings come from: `environment`, `settings`, `detected` or `local`. */
            source: string;
            /** @description `ok`, `error` or `unchecked`. */
            status: string;
        };
        /** @description A provider, wrapped. */
        ProviderBody: {
            /** @description The provider. */
            provider: components["schemas"]["Provider"];
        };
        /** @description The providers. */
        ProvidersBody: {
            /** @description All of them, with their state. */
            items: components["schemas"]["Provider"][];
        };
        PutProviderBody: {
            /**
             * @description Its key. None keeps the saved one, as long as the address stays.
             * @default null
             */
            apiKey?: string | null;
            /**
             * @description Where it is; none: the vendor's own address.
             * @default null
             */
            baseUrl?: string | null;
            /**
             * @description For people.
             * @default null
             */
            displayName?: string | null;
            /**
             * @description `openai`, `openai_responses`, `anthropic`, `gemini`, `ollama` or `openai_compatible`.
             * @default
             */
            kind: string;
        };
        /** @description The queue, and a page of the runs that were given up. */
        QueueBody: {
            /** @description Runs that were given up, newest first. */
            items: components["schemas"]["DeadJob"][];
            /** @description Where the next page begins; null on the last. */
            nextCursor: string | null;
            /** @description How full it is. */
            queue: components["schemas"]["QueueFigures"];
        };
        /** @description How full the queue of runs is. */
        QueueFigures: {
            /**
             * Format: int64
             * @description Runs that were given up and wait for an operator.
             */
            dead: number;
            /**
             * Format: int64
             * @description Runs announced for later: their next attempts.
             */
            delayed: number;
            /**
             * Format: int64
             * @description For how many milliseconds the one that waits longest has waited.
             */
            lagMs: number;
            /**
             * Format: int64
             * @description Announced runs that may be taken now.
             */
            waiting: number;
            /**
             * Format: int64
             * @description Processes that took or held runs lately.
             */
            workers: number;
        };
        /** @description The queue of runs as a part. The figures are absent when it is down. */
        QueuePart: {
            /**
             * Format: int64
             * @description Runs that were given up and wait for an operator.
             */
            dead?: number | null;
            /**
             * Format: int64
             * @description Runs announced for later: their next attempts.
             */
            delayed?: number | null;
            /** @description More about it. */
            detail?: string | null;
            /**
             * Format: int64
             * @description For how many milliseconds the one that waits longest has waited.
             */
            lagMs?: number | null;
            /** @description Whether it works. */
            status: components["schemas"]["PartStatus"];
            /**
             * Format: int64
             * @description Announced runs that may be taken now.
             */
            waiting?: number | null;
            /**
             * Format: int64
             * @description Processes that took or held runs lately.
             */
            workers?: number | null;
        };
        /** @description Whether the server can serve. */
        ReadyBody: {
            /** @description The database. */
            database: components["schemas"]["Part"];
            /** @description The model that answers by default. */
            model: components["schemas"]["Part"];
            /** @description The queue of runs. */
            queue: components["schemas"]["QueuePart"];
            /** @description Who may create an account. */
            signup: components["schemas"]["SignupState"];
            /** @description Files. */
            storage: components["schemas"]["Part"];
            /** @description The server's version. */
            version: string;
        };
        RegenerateBody: {
            /**
             * @description With which model; the one of the chat's agent or the default one when none.
             * @default null
             */
            model?: string | null;
        };
        /**
         * @description What somebody may do.
         * @enum {string}
         */
        Role: "admin" | "user";
        /** @description One thing that happened in a run. */
        RunEvent: {
            /** @description Always first: which rows this run writes. */
            data: {
                /** @description The message that will hold the answer. */
                assistant_message_id: components["schemas"]["MessageId"];
                /** @description Its chat. */
                chat_id: components["schemas"]["ChatId"];
                /** @description The run. */
                job_id: components["schemas"]["JobId"];
                /** @description The message that asked. */
                user_message_id: components["schemas"]["MessageId"];
            };
            /** @enum {string} */
            event: "job_id";
        } | {
            /** @description On each change of the job's status. */
            data: {
                /**
                 * Format: int32
                 * @description Which attempt this is, from 1; only when it is not the first.
                 */
                attempt?: number | null;
                /**
                 * Format: int32
                 * @description Place in line, from 1.
                 */
                position?: number | null;
                /**
                 * Format: int64
                 * @description When the next attempt comes, in milliseconds.
                 */
                retry_in_ms?: number | null;
                /** @description The new status. */
                status: components["schemas"]["JobStatus"];
            };
            /** @enum {string} */
            event: "status";
        } | {
            /** @description An unfinished model reply had to be made again: `text` replaces all answer text so far. */
            data: {
                /** @description The text that stands. */
                text: string;
            };
            /** @enum {string} */
            event: "reset";
        } | {
            /** @description What the model thinks before it answers. */
            data: {
                /** @description The next piece. */
                text: string;
            };
            /** @enum {string} */
            event: "reasoning";
        } | {
            /** @description Answer text. */
            data: {
                /** @description The next piece. */
                text: string;
            };
            /** @enum {string} */
            event: "chunk";
        } | {
            /** @description The model calls a tool. */
            data: {
                /** @description What it is called with. */
                arguments: unknown;
                /** @description Ties call, approval and result together. */
                call_id: string;
                /** @description What the call would do, in one plain line for people. */
                description?: string | null;
                /** @description What it does to the world. */
                effect: components["schemas"]["Effect"];
                /** @description The `delegate` call whose specialist does this; none for the agent itself. */
                parent_call_id?: string | null;
                /** @description The tool's name. */
                tool: string;
            };
            /** @enum {string} */
            event: "tool_call";
        } | {
            /** @description How far a call is, for people. Each line replaces the one before. */
            data: {
                /** @description The call that is under way. */
                call_id: string;
                /** @description The `delegate` call whose specialist does this; none for the agent itself. */
                parent_call_id?: string | null;
                /** @description One line. */
                text: string;
            };
            /** @enum {string} */
            event: "tool_progress";
        } | {
            /** @description The run waits for its owner's decision. */
            data: {
                /** @description What it would be called with; the owner may change it. */
                arguments: unknown;
                /** @description The call that waits. */
                call_id: string;
                /** @description The `delegate` call whose specialist does this; none for the agent itself. */
                parent_call_id?: string | null;
                /** @description What would happen, for people. */
                preview: unknown;
                /** @description Why it asks. */
                reason: string;
                /** @description Where text from outside came from that could have asked for it. */
                taint?: string[];
                /** @description The tool's name. */
                tool: string;
            };
            /** @enum {string} */
            event: "approval_required";
        } | {
            /** @description A tool has answered. */
            data: {
                /** @description What it was called with, when the person changed that before they approved. */
                arguments?: unknown;
                /** @description The call that is answered. */
                call_id: string;
                /**
                 * Format: int64
                 * @description How long it took, in milliseconds.
                 */
                duration_ms: number;
                /** @description Why it failed. */
                error?: string | null;
                /** @description Whether it succeeded. */
                ok: boolean;
                /** @description The `delegate` call whose specialist does this; none for the agent itself. */
                parent_call_id?: string | null;
                /** @description What it returned. */
                result?: unknown;
                /** @description One line for people. */
                summary: string;
                /** @description The tool's name. */
                tool: string;
            };
            /** @enum {string} */
            event: "tool_result";
        } | {
            /** @description A passage the answer rests on. Comes before the text that holds its number. */
            data: components["schemas"]["Citation"];
            /** @enum {string} */
            event: "citation";
        } | {
            /** @description Memories were saved or used. */
            data: {
                /** @description What was done with them. */
                action: components["schemas"]["MemoryAction"];
                /** @description Which ones. */
                items: components["schemas"]["MemoryItem"][];
            };
            /** @enum {string} */
            event: "memory";
        } | {
            /** @description The chat got a title. */
            data: {
                /** @description The chat. */
                chat_id: components["schemas"]["ChatId"];
                /** @description Its title. */
                title: string;
            };
            /** @enum {string} */
            event: "title";
        } | {
            /** @description Always last on success and on cancel. */
            data: {
                /** @description Why it ended. */
                finish_reason: components["schemas"]["FinishReason"];
                /** @description The finished message, in the shape of `GET /chat/{id}/messages`. */
                message: unknown;
                /** @description What it cost. */
                usage: components["schemas"]["Usage"];
            };
            /** @enum {string} */
            event: "done";
        } | {
            /** @description Always last on failure. */
            data: components["schemas"]["RunFailure"];
            /** @enum {string} */
            event: "error";
        };
        /** @description One event of a stream, field by field. Described for the OpenAPI document; written by [`write`]. */
        RunEventFrame: {
            /** @description The `data` of a `RunEvent`, as JSON on one line. */
            data: string;
            /** @description The kind of event: the `event` of a `RunEvent`. */
            event: string;
            /** @description The event's number in the run, from 1, gapless. */
            id: string;
        };
        /** @description Why a run failed, for the person who waits for it. */
        RunFailure: {
            /** @description A stable word for programs, such as `no_model` or `rate_limited`. */
            code: string;
            /** @description What it means and what to do. */
            detail: string;
            /** @description Whether asking again can succeed. */
            retryable: boolean;
            /** @description What happened, in a few words. */
            title: string;
        };
        /** @description The settings. */
        ServerSettings: {
            /** @description The model for chats, `provider/model`; null: the best there is. */
            defaultModel: string | null;
            /** @description Who may create an account: `open`, `invite` or `closed`. */
            signup: string;
            /** @description The model for titles and summaries; null: a cheap one of the same provider. */
            smallModel: string | null;
        };
        /** @description A session. */
        SessionBody: {
            /** @description For the `Authorization: Bearer` header; valid for 7 days. */
            token: string;
            /** @description Whose it is. */
            user: components["schemas"]["User"];
        };
        /** @description The settings, wrapped. */
        SettingsBody: {
            /** @description The settings. */
            settings: components["schemas"]["ServerSettings"];
        };
        SignupBody: {
            /**
             * @description The address to sign in with.
             * @default
             */
            email: string;
            /**
             * @description What to be called.
             * @default
             */
            name: string;
            /**
             * @description At least 8 characters, at most 72 bytes.
             * @default
             */
            password: string;
        };
        /** @description Who may create an account. */
        SignupState: {
            /** @description Nobody has one yet: the next one is the administrator's. */
            firstAccount: boolean;
            /** @description `open`, `invite` or `closed`. */
            mode: string;
        };
        /** @description Counts. */
        Stats: {
            /**
             * Format: int64
             * @description Conversations.
             */
            chats: number;
            /** @description Runs by status. */
            jobs: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description Turns in them.
             */
            messages: number;
            /**
             * Format: int64
             * @description Accounts.
             */
            users: number;
        };
        /** @description What the document shows of the fields; they are read by name, from JSON or a form. */
        StreamBody: {
            /** @description Who shall answer; the chat's agent when none. */
            agentType?: string | null;
            chatId?: components["schemas"]["ChatId"] | null;
            /** @description The text, at most 256 KiB. */
            message: string;
            /** @description With which model, an id of `GET /api/models`; the default one when none. */
            model?: string | null;
            parentId?: components["schemas"]["MessageId"] | null;
        };
        /** @description A tool. */
        Tool: {
            /** @description You have allowed it for good: it only asks in runs that have read text from outside. */
            allowed: boolean;
            /** @description Whether you can use it now. */
            available: boolean;
            /** @description What it is about. */
            category: components["schemas"]["ToolCategory"];
            /** @description What it does. */
            description: string;
            /** @description For people. */
            displayName: string;
            /** @description What it does to the world. Writes ask first. */
            effect: components["schemas"]["Effect"];
            /** @description How to get it, when you cannot. */
            howToGet?: string | null;
            /** @description JSON Schema of its arguments. */
            inputSchema: Record<string, never>;
            /** @description Its name, as agents call it. */
            name: string;
            /** @description The app it needs. */
            requiresApp?: string | null;
        };
        /** @description One tool call as it is kept with the message that made it. */
        ToolCallRecord: {
            /** @description The arguments it was called with. */
            arguments: unknown;
            /** @description The id under which call and result belong together. */
            callId: string;
            /**
             * Format: int64
             * @description How long it took, in milliseconds.
             */
            durationMs: number;
            /** @description What it does to the world. */
            effect: components["schemas"]["Effect"];
            /** @description Why it failed. */
            error?: string | null;
            /** @description Whether it succeeded. */
            ok: boolean;
            /** @description The `delegate` call whose specialist made it; none for the agent's own calls. */
            parentCallId?: string | null;
            /** @description What it returned. */
            result?: unknown;
            /** @description One line for people. */
            summary: string;
            /** @description The tool's name. */
            tool: string;
        };
        /**
         * @description What a tool is about: how lists of tools are ordered for people.
         * @enum {string}
         */
        ToolCategory: "search" | "stock" | "vision" | "memory" | "document" | "gmail" | "calendar" | "drive" | "docs" | "sheets" | "slides" | "github" | "mcp" | "agent";
        /** @description The tools. */
        ToolsBody: {
            /** @description In the order in which they are offered. */
            items: components["schemas"]["Tool"][];
        };
        UpdateBody: {
            activeMessageId?: components["schemas"]["MessageId"] | null;
            /** @description Keep it out of the list. */
            archived?: boolean | null;
            /** @description Keep it on top. */
            pinned?: boolean | null;
            /** @description A title, at most 200 characters. */
            title?: string | null;
        };
        UpdateMeBody: {
            /** @description What to be called. */
            name?: string | null;
            /** @description The web app's settings; replaces all of them. */
            preferences?: Record<string, never> | null;
        };
        UpdateSettingsBody: {
            /** @description A model of `GET /api/models`; an empty text goes back to the default. */
            defaultModel?: string | null;
            /** @description `open`, `invite` or `closed`. */
            signup?: string | null;
            /** @description A model of `GET /api/models`; an empty text goes back to the default. */
            smallModel?: string | null;
        };
        UpdateUserBody: {
            /** @description What the account may do. */
            role: components["schemas"]["Role"];
        };
        /** @description Tokens of one run, as the provider counts them. */
        Usage: {
            /**
             * Format: int64
             * @description Tokens read: prompt, history, tool results.
             */
            inputTokens: number;
            /**
             * Format: int64
             * @description Tokens written, reasoning included.
             */
            outputTokens: number;
        };
        /** @description An account. */
        User: {
            /**
             * Format: date-time
             * @description When it was created.
             */
            createdAt: string;
            /** @description Its address, in lower case. */
            email: string;
            /** @description Its id. */
            id: components["schemas"]["UserId"];
            /** @description What its owner wants to be called. */
            name: string;
            /** @description The web app's settings for it. */
            preferences: Record<string, never>;
            /** @description What it may do. */
            role: components["schemas"]["Role"];
        };
        /** @description An account, wrapped. */
        UserBody: {
            /** @description The account. */
            user: components["schemas"]["User"];
        };
        /**
         * Format: uuid
         * @description A person with an account: the owner of everything that carries this id.
         */
        UserId: string;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listAudit: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many items, 1 to 100. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paged_AuditEntry"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listJobs: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many items, 1 to 100. */
                limit?: number;
                /** @description Only runs in this state. */
                status?: components["schemas"]["JobStatus"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paged_AdminJob"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    inspectJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run */
                jobId: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminJobDetailsBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dropJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run */
                jobId: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is forgotten */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelAnyJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run */
                jobId: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It stops */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminJobBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run */
                jobId: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It waits in line */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminJobBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProviders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, with their state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProvidersBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name in model ids */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutProviderBody"];
            };
        };
        responses: {
            /** @description Tested and saved */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name in model ids */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getQueue: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many items, 1 to 100. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The queue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateSettingsBody"];
            };
        };
        responses: {
            /** @description The changed settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Counts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many items, 1 to 100. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paged_User"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account */
                id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateUserBody"];
            };
        };
        responses: {
            /** @description The changed account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those that can be chosen */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentsBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginBody"];
            };
        };
        responses: {
            /** @description A new session */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logoutAll: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out everywhere */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The signed-in user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeleteMeBody"];
            };
        };
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateMeBody"];
            };
        };
        responses: {
            /** @description The changed account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordBody"];
            };
        };
        responses: {
            /** @description Changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignupBody"];
            };
        };
        responses: {
            /** @description The account and its first session */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listChats: {
        parameters: {
            query?: {
                /** @description Only archived chats, or only those that are not. Without `q` the default is those that are not. */
                archived?: boolean;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many items, 1 to 100. */
                limit?: number;
                /** @description Only chats that are kept on top, or only those that are not. */
                pinned?: boolean;
                /** @description Words to look for in titles and messages. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paged_Chat"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createChat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateBody"];
            };
        };
        responses: {
            /** @description The new chat */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getChat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The chat */
                id: components["schemas"]["ChatId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The chat */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteChat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The chat */
                id: components["schemas"]["ChatId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateChat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The chat */
                id: components["schemas"]["ChatId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateBody"];
            };
        };
        responses: {
            /** @description The changed chat */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMessages: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many items, 1 to 100. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The chat */
                id: components["schemas"]["ChatId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paged_Message"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    editMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description As for `POST /api/chat/stream` */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The chat */
                id: components["schemas"]["ChatId"];
                /** @description The user's message */
                messageId: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EditBody"];
            };
        };
        responses: {
            /** @description The run's events (see `RunEvent`) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["RunEventFrame"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    regenerateMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description As for `POST /api/chat/stream` */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The chat */
                id: components["schemas"]["ChatId"];
                /** @description The answer, or the question */
                messageId: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RegenerateBody"] | null;
            };
        };
        responses: {
            /** @description The run's events (see `RunEvent`) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["RunEventFrame"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run */
                jobId: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The record */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decide: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call that waits */
                callId: string;
                /** @description The run */
                jobId: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecisionBody"];
            };
        };
        responses: {
            /** @description It is decided */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run */
                jobId: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It stops */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    followJob: {
        parameters: {
            query?: {
                /** @description The number of the last event that the reader has; `Last-Event-ID` says the same. */
                after?: number;
            };
            header?: {
                /** @description The number of the last event that the reader has */
                "Last-Event-ID"?: number | null;
            };
            path: {
                /** @description The run */
                jobId: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run's events (see `RunEvent`) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["RunEventFrame"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this message, so that it can be sent again without being answered twice */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StreamBody"];
                "multipart/form-data": components["schemas"]["StreamBody"];
            };
        };
        responses: {
            /** @description The run's events (see `RunEvent`) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["RunEventFrame"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All that can be chosen */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelsBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The OpenAPI 3.1 document of this server */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadyBody"];
                };
            };
            /** @description It cannot: the parts tell why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadyBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, with what you can use now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolsBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forgetAllowance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description From now on it asks */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    healthOutside: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthBody"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus text format */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
