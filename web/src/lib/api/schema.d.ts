// Generated from web/openapi.json by `npm run generate:api`. Do not edit.

export interface paths {
    "/api/admin/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List all agents
         * @description With their instructions, and those too that cannot be chosen.
         */
        get: operations["listAllAgents"];
        put?: never;
        /** Make an agent */
        post: operations["createAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/agents/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Look at an agent */
        get: operations["getAgent"];
        put?: never;
        post?: never;
        /**
         * Delete an agent
         * @description Its chats go on with the default agent.
         */
        delete: operations["deleteAgent"];
        options?: never;
        head?: never;
        /**
         * Change an agent
         * @description Runs that are under way go on as they began.
         */
        patch: operations["updateAgent"];
        trace?: never;
    };
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
    "/api/admin/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List all tools */
        get: operations["listToolSwitches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/tools/{name}": {
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
        /** Switch a tool on or off for everybody */
        patch: operations["switchTool"];
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
    "/api/chat/{id}/memory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read whether memory is on in a chat */
        get: operations["chatMemory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Switch memory on or off in a chat */
        patch: operations["updateChatMemory"];
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
    "/api/chat/images/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One image of a chat
         * @description As it is kept: at most 2048 pixels wide and high, without the metadata of the file that was sent. Needs the
         *     token like everything else, so a page fetches it and shows it from a `blob:` address.
         */
        get: operations["chatImage"];
        put?: never;
        post?: never;
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
    "/api/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List documents
         * @description The newest first.
         */
        get: operations["listDocuments"];
        put?: never;
        /**
         * Upload a document
         * @description Accepted at once; reading it goes on in the background. Follow it with
         *     `GET /api/documents/{id}/events`.
         */
        post: operations["uploadDocument"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/documents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a document's record */
        get: operations["getDocument"];
        put?: never;
        post?: never;
        /**
         * Delete a document
         * @description With its file, its text, its vectors and its entries in the index.
         */
        delete: operations["deleteDocument"];
        options?: never;
        head?: never;
        /** Rename a document */
        patch: operations["renameDocument"];
        trace?: never;
    };
    "/api/documents/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the reading of a document
         * @description Ends with `ready` or `failed`; at once when it is either already.
         */
        get: operations["followDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/documents/{id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a document's file
         * @description As it was uploaded, never to be opened in the browser by itself. One range of bytes can be asked for.
         */
        get: operations["documentFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/documents/{id}/locate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find a quote in a document
         * @description For showing a citation in its place. Spaces and typography do not matter.
         */
        post: operations["locateQuote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/documents/{id}/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a document
         * @description With no model that can answer, the passages that fit best come as quotes, and the answer says so.
         */
        post: operations["queryDocument"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/documents/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a failed document read once more */
        post: operations["retryDocument"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/documents/{id}/text": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a document's text
         * @description As it was read from the file: what is searched, and what the offsets of passages count in, in bytes.
         */
        get: operations["documentText"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/documents/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search documents
         * @description By words and by meaning at once, in all of your documents or in some; put in order by a reranker where the server
         *     has one.
         */
        post: operations["searchDocuments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/documents/storage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read how much room documents take */
        get: operations["documentStorage"];
        put?: never;
        post?: never;
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
    "/api/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List my API keys
         * @description Newest first.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Make an API key
         * @description Takes a session: a key cannot make keys. The answer is the only place where the key is ever shown.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{id}": {
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
         * Revoke an API key
         * @description It stops working at once. Takes a session.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mcp/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Come back from an MCP server's login
         * @description For browsers. Ends nothing by itself: it leads to the web app, where the person who is signed in ends the login.
         */
        get: operations["mcpCallback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mcp/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a login at an MCP server
         * @description Once, within 15 minutes, and by whoever began it: brought back by another account, it is over and nothing is kept.
         */
        post: operations["finishMcpLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mcp/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the MCP servers */
        get: operations["listMcpServers"];
        put?: never;
        /**
         * Add an MCP server
         * @description Connects to it within a bound. A server that cannot be used now is added all the same, and its status says why; what
         *     the guard against private addresses refuses is not.
         */
        post: operations["addMcpServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mcp/servers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove an MCP server */
        delete: operations["deleteMcpServer"];
        options?: never;
        head?: never;
        /** Change an MCP server */
        patch: operations["editMcpServer"];
        trace?: never;
    };
    "/api/mcp/servers/{id}/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Begin to log in at an MCP server */
        get: operations["connectMcpServer"];
        put?: never;
        post?: never;
        /** Log out at an MCP server */
        delete: operations["disconnectMcpServer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mcp/servers/{id}/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call an MCP server now */
        post: operations["refreshMcpServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/memories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List my memories
         * @description Those that changed last first.
         */
        get: operations["listMemories"];
        put?: never;
        /** Write a memory */
        post: operations["createMemory"];
        /**
         * Forget everything about me
         * @description All memories with all that they ever said.
         */
        delete: operations["clearMemories"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/memories/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a memory */
        get: operations["getMemory"];
        put?: never;
        post?: never;
        /**
         * Forget a memory
         * @description With all that it ever said.
         */
        delete: operations["deleteMemory"];
        options?: never;
        head?: never;
        /**
         * Change a memory
         * @description What it said before is kept in its history.
         */
        patch: operations["updateMemory"];
        trace?: never;
    };
    "/api/memories/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read what a memory said before */
        get: operations["memoryHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/memories/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take back what was last done to a memory
         * @description A memory that was changed says again what it said before; a new one is forgotten.
         */
        post: operations["undoMemory"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/memories/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export my memories
         * @description All of them with their past, as a file.
         */
        get: operations["exportMemories"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/memories/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search my memories
         * @description By words and by meaning; newer ones a little before older.
         */
        post: operations["searchMemories"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/memories/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read how memory works for me */
        get: operations["memorySettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Pause memory, or go on
         * @description While it is paused nothing is saved and nothing recalled; what is remembered stays.
         */
        patch: operations["updateMemorySettings"];
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
    "/mcp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Speak MCP
         * @description JSON-RPC of the Model Context Protocol over streamable HTTP, without sessions. Send
         *     `Accept: application/json, text/event-stream`. A browser's page of another origin is refused.
         */
        post: operations["mcp"];
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
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a conversation answered
         * @description The conversation is the caller's: nothing is kept here but the cost. With an agent's name as the model
         *     the agent's instructions come first, and Kuma's own tools that only read run on the server, unless the
         *     caller brings tools or says `"tool_choice": "none"`. A caller's tools are passed to the model and its
         *     calls given back. The answer stops when the connection is closed.
         */
        post: operations["openaiChatCompletions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who answers
         * @description The agents that can be chosen, by name, then the models of all providers, by `provider/model`.
         */
        get: operations["openaiListModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look one up
         * @description The slash of `provider/model` is written `%2F`.
         */
        get: operations["openaiGetModel"];
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
        /** @description An agent, wrapped. */
        AgentBody: {
            /** @description The agent. */
            agent: components["schemas"]["AgentDetails"];
        };
        /** @description An agent with its instructions. */
        AgentDetails: {
            /** @description What it is good for: people and other agents choose it by this. */
            description: string;
            /** @description For people. */
            displayName: string;
            /** @description Whether it can be chosen. */
            isActive: boolean;
            /** @description It answers where nobody chose: it cannot be switched off or deleted. */
            isDefault: boolean;
            /** @description Its own model; null: the default one. */
            model: string | null;
            /** @description Its name in `agentType`; never changes. */
            name: string;
            /** @description Its instructions. */
            systemPrompt: string;
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
        /** @description All agents. */
        AllAgentsBody: {
            /** @description The oldest first. */
            items: components["schemas"]["AgentDetails"][];
        };
        /** @description An API key, without the key. */
        ApiKey: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description From when on it does not work; null: it does not expire.
             */
            expiresAt: string | null;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was used last, to about a minute; null: never.
             */
            lastUsedAt: string | null;
            /** @description What you call it. */
            name: string;
            /** @description The beginning of the key. */
            prefix: string;
            /** @description What it may be used for: `full`, `chat` (`/v1`), `mcp` (`/mcp`). */
            scopes: string[];
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
        /** @description What to change. */
        ChangeMemorySettings: {
            /** @description Pause memory, or go on. */
            paused: boolean;
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
        /** @description Whether memory is on in a chat. */
        ChatMemoryBody: {
            /** @description Whether answers of this chat use memories and what is said in it is remembered. */
            enabled: boolean;
        };
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
        CreateAgentBody: {
            /**
             * @description What it is good for.
             * @default
             */
            description: string;
            /**
             * @description For people.
             * @default
             */
            displayName: string;
            /**
             * @description Whether it can be chosen; it can when this is not given.
             * @default true
             */
            isActive?: boolean;
            /**
             * @description Its own model; none or empty: the default one.
             * @default null
             */
            model?: string | null;
            /**
             * @description The word in the API: small letters, digits, `-` and `_`.
             * @default
             */
            name: string;
            /**
             * @description Its instructions, at most 32 KiB.
             * @default
             */
            systemPrompt: string;
            /**
             * Format: float
             * @description 0 to 2; none: the model's own.
             * @default null
             */
            temperature?: number | null;
            /**
             * @description The tools it may use.
             * @default []
             */
            tools?: string[];
        };
        CreateBody: {
            /** @description The agent that shall answer; `router` when none. */
            agentType?: string | null;
            /** @description A title, at most 200 characters. */
            title?: string | null;
        };
        CreateKeyBody: {
            /**
             * Format: date-time
             * @description From when on it does not work; none: it does not expire.
             * @default null
             */
            expiresAt?: string | null;
            /**
             * @description What to call it, such as the program that will use it.
             * @default
             */
            name: string;
            /**
             * @description What it may be used for: `full`, `chat`, `mcp`; `["full"]` when none are given.
             * @default null
             */
            scopes?: string[] | null;
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
        /** @description An uploaded document. */
        Document: {
            chatId: components["schemas"]["ChatId"] | null;
            /** Format: date-time */
            createdAt: string;
            /** @description What you call it. */
            displayName: string;
            error?: components["schemas"]["DocumentError"] | null;
            /** @description The file's name. */
            filename: string;
            /**
             * Format: int64
             * @description Bytes of the file.
             */
            fileSize: number;
            /** @description Whether it is found by meaning too; until then, and after a change of the embedding model, by its words alone. */
            hasVectors: boolean;
            id: components["schemas"]["DocumentId"];
            /** @description What the file is, by its content. */
            mimeType: string;
            /**
             * Format: int32
             * @description Pages, slides, sheets or chapters; null before it was read and for what has none.
             */
            pageCount: number | null;
            progress?: components["schemas"]["DocumentProgress"] | null;
            status: components["schemas"]["DocumentStatus"];
            /** @description What it is about, when somebody has said so. */
            summary?: string | null;
            /** @description The title that the file states about itself. */
            title?: string | null;
            /** @description What is missing from its text, in sentences. */
            warnings: string[];
        };
        /** @description An answer from a document. */
        DocumentAnswer: {
            /** @description The answer; `[1]` in it is the citation of that number. */
            answer: string;
            /** @description What it rests on: words of the document. */
            citations: components["schemas"]["DocumentCitation"][];
            /** @description The model that answered; null when these are quotes without an answer. */
            model: string | null;
            /**
             * @description What you should know: that no model answered, that only words were looked for, that the reranker could not be
             *     asked.
             */
            notice?: string | null;
        };
        /** @description A document, wrapped. */
        DocumentBody: {
            /** @description The document. */
            document: components["schemas"]["Document"];
        };
        /** @description A box on a page in points (pixels of a picture), from the upper left corner of the page as displayed. */
        DocumentBox: {
            /** Format: float */
            height: number;
            /** Format: float */
            width: number;
            /** Format: float */
            x: number;
            /** Format: float */
            y: number;
        };
        /** @description A quote that is in the document. */
        DocumentCitation: {
            /**
             * Format: int32
             * @description Its number in the answer, from 1.
             */
            index: number;
            /**
             * Format: int32
             * @description The page; null where there are no pages.
             */
            page: number | null;
            /** @description Where its passage stands, page by page. */
            places: components["schemas"]["DocumentPlace"][];
            /** @description The document's own words. */
            quote: string;
            /**
             * Format: double
             * @description How well its passage fits the question, 0 to 1.
             */
            score: number;
        };
        /** @description Why a document could not be read. */
        DocumentError: {
            /** @description A stable word: `encrypted`, `damaged`, `too_many_pages`, `no_ocr`, `no_text` and so on. */
            code: string;
            /** @description What it means and what to do. */
            detail: string;
            /** @description Whether `POST /documents/{id}/retry` may help. */
            retryable: boolean;
        };
        /** @description One event as it is on the wire. */
        DocumentEvent: {
            /**
             * @description JSON: of `progress` a `DocumentProgress`; of `ready` an object with the `document`; of `failed` an object with the
             *     `code` and what it means.
             */
            data: string;
            /** @description `progress`, then `ready` or `failed`. */
            event: string;
        };
        /**
         * Format: uuid
         * @description One document.
         */
        DocumentId: string;
        /** @description Where a quote stands. */
        DocumentLocation: {
            /**
             * Format: int64
             * @description Past its last byte.
             */
            end: number;
            /**
             * Format: int32
             * @description The page; null where there are no pages.
             */
            page: number | null;
            /** @description Where the passage stands, page by page, with the boxes of its lines. */
            places: components["schemas"]["DocumentPlace"][];
            /**
             * Format: int64
             * @description First byte of the passage in the document's text.
             */
            start: number;
            /** @description The passage that has the quote. */
            text: string;
        };
        /** @description A passage that was found. */
        DocumentPassage: {
            displayName: string;
            documentId: components["schemas"]["DocumentId"];
            /** @description The headings over it, the outermost first. */
            headings: string[];
            /** @description Where its text has the words that were looked for: from and to, in UTF-16 units, as JavaScript counts. */
            matches: number[][];
            /**
             * Format: int32
             * @description The page on which it begins; null where there are no pages.
             */
            page: number | null;
            /** @description Where it stands, page by page. */
            places: components["schemas"]["DocumentPlace"][];
            /**
             * Format: double
             * @description 0 to 1, the more the better; comparable within one search.
             */
            score: number;
            /** @description Its text. */
            text: string;
        };
        DocumentPassages: {
            /** @description The best first. */
            items: components["schemas"]["DocumentPassage"][];
            /**
             * @description What you should know: that only words were looked for, in all documents or in some, or that the reranker
             *     could not be asked.
             */
            notice?: string | null;
        };
        /** @description Where a passage stands on one page. */
        DocumentPlace: {
            /** @description The boxes of its lines, where the format has such (PDF, pictures). */
            boxes?: components["schemas"]["DocumentBox"][];
            /**
             * Format: int64
             * @description Past the last byte on this page.
             */
            end: number;
            /** @description What the page is: `page`, `slide`, `sheet`, `chapter`, `attachment`, or `whole` for what has no pages. */
            label: string;
            /**
             * Format: int32
             * @description The page's number, from 1.
             */
            page: number;
            /**
             * Format: int64
             * @description First byte in the document's text.
             */
            start: number;
        };
        /** @description How far the work on a document is. */
        DocumentProgress: {
            /**
             * Format: int32
             * @description How much of it is done: pages, pictures or passages.
             */
            done: number;
            /** @description `waiting`, `parse`, `ocr`, `chunk`, `index` or `embed`. */
            stage: string;
            /**
             * Format: int32
             * @description How much there is; null when that is not known.
             */
            total: number | null;
        };
        /**
         * @description How far a document is.
         * @enum {string}
         */
        DocumentStatus: "processing" | "ready" | "failed";
        /** @description The room that documents take. */
        DocumentStorage: {
            /**
             * Format: int64
             * @description Bytes of those files.
             */
            bytes: number;
            /**
             * Format: int64
             * @description Documents.
             */
            documents: number;
            /**
             * Format: int64
             * @description Different files: the same file is kept once.
             */
            files: number;
            /**
             * Format: int64
             * @description Bytes that a file has at most.
             */
            maxFileBytes: number;
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
        /** @description A memory with its past. */
        ExportedMemoryView: components["schemas"]["Memory"] & {
            /** @description What it said before, the newest first. */
            history: components["schemas"]["PastMemoryView"][];
        };
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
        /** @description An image of a message. */
        ImageAttachment: {
            /** @description What it shows, in the words of whoever sent it. */
            alt?: string | null;
            /**
             * Format: int32
             * @description In pixels.
             */
            height: number;
            /** @description Its id. */
            id: components["schemas"]["ImageId"];
            /** @description Such as `image/jpeg`. */
            mimeType: string;
            /** @description Where its owner gets it, with their token; `?size=small` gives a small one. */
            url: string;
            /**
             * Format: int32
             * @description In pixels.
             */
            width: number;
        };
        /**
         * Format: uuid
         * @description One image in a chat.
         */
        ImageId: string;
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
        LocateBody: {
            /**
             * Format: int32
             * @description The page on which they should be.
             */
            page?: number | null;
            /** @description Words of the document, such as the quote of a citation; at most 8 KiB. */
            quote: string;
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
        /** @description A key that was just made. */
        MadeKeyBody: {
            /** @description What is kept of it. */
            apiKey: components["schemas"]["ApiKey"];
            /** @description The key itself: shown this once and never again. */
            key: string;
        };
        /** @description What a browser brought back from a login. */
        McpCallback: {
            /** @description The code, when you agreed. */
            code?: string | null;
            /** @description Why there is no code. */
            error?: string | null;
            /** @description Who says that they sent it. */
            iss?: string | null;
            /** @description The state that the login was begun with. */
            state?: string | null;
        };
        /** @description Where to log in. */
        McpConnectBody: {
            /** @description The address for your browser. */
            authUrl: string;
        };
        /** @description An MCP server. */
        McpServer: {
            /** @description The agents that get its tools; null: all. */
            agents: string[] | null;
            /** @description The program's arguments, for those who may change it. */
            args?: string[] | null;
            /** @description Whether you may change it. */
            canEdit: boolean;
            /** @description The program, for those who may change it. */
            command?: string | null;
            /**
             * Format: date-time
             * @description When it was added.
             */
            createdAt: string;
            /** @description Whether it is used at all. */
            enabled: boolean;
            /** @description The names of the variables that are set; never their values. */
            env: string[];
            /** @description What is wrong. */
            error?: string | null;
            /** @description The names of the headers that are set; never their values. */
            headers: string[];
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Whether you have. */
            isLoggedIn: boolean;
            /**
             * Format: date-time
             * @description When it last answered.
             */
            lastSeenAt: string | null;
            /** @description What to call it. */
            name: string;
            /** @description `user`: yours alone; `global`: everybody's. */
            scope: string;
            /** @description `connected`, `needs_auth`, `error` or `disabled`. */
            status: string;
            /** @description Its tools as they were last listed. */
            tools: components["schemas"]["McpTool"][];
            /** @description `http` or `stdio`. */
            transport: string;
            /** @description Whether its word that a tool only reads is believed. */
            trustReadOnlyHint: boolean;
            /** @description Where it is, over HTTP. */
            url?: string | null;
            /** @description Whether it asks people to log in. */
            usesLogin: boolean;
        };
        /** @description An MCP server, wrapped. */
        McpServerBody: {
            /** @description The server. */
            server: components["schemas"]["McpServer"];
        };
        McpServerPatchBody: {
            /**
             * @description The agents that get its tools; null: all.
             * @default null
             */
            agents?: string[] | null;
            /**
             * @description Its arguments, all of them.
             * @default null
             */
            args?: string[] | null;
            /**
             * @description The program.
             * @default null
             */
            command?: string | null;
            /**
             * @description Tools by their names at the server, each with the agents that do not get it; tools that are not named stay as
             *     they are. A tool that the server offers anew is on for all of its agents.
             * @default null
             */
            disabledFor?: {
                [key: string]: string[];
            } | null;
            /**
             * @description Its tools that are switched off, by their names at the server.
             * @default null
             */
            disabledTools?: string[] | null;
            /**
             * @description Whether it is used at all.
             * @default null
             */
            enabled?: boolean | null;
            /**
             * @description Variables to set, or with null to remove; the others stay.
             * @default null
             */
            env?: {
                [key: string]: string | null;
            } | null;
            /**
             * @description Headers to set, or with null to remove; the others stay.
             * @default null
             */
            headers?: {
                [key: string]: string | null;
            } | null;
            /**
             * @description What to call it. Its tools keep their names.
             * @default null
             */
            name?: string | null;
            /**
             * @description Whether its word that a tool only reads is believed.
             * @default null
             */
            trustReadOnlyHint?: boolean | null;
            /**
             * @description Where it is, over HTTP. Headers are forgotten when the server is another one.
             * @default null
             */
            url?: string | null;
        };
        /** @description The MCP servers. */
        McpServersBody: {
            /** @description Yours and everybody's, oldest first. */
            items: components["schemas"]["McpServer"][];
        };
        /** @description A tool of an MCP server. */
        McpTool: {
            /**
             * Format: date-time
             * @description Since when the server defines it like this.
             */
            changedAt: string;
            /** @description What the server says that it does. */
            description: string;
            /** @description The agents that do not get it, although they get the server. */
            disabledFor: string[];
            /** @description What it counts as. Writes ask first. */
            effect: components["schemas"]["Effect"];
            /** @description Whether it is switched on. */
            enabled: boolean;
            /** @description Its name at the server. */
            name: string;
            /** @description Whether the server says that it only reads. */
            readOnlyHint: boolean;
            /** @description The server's title for it. */
            title?: string | null;
            /** @description Its name among the agents' tools. */
            tool: string;
        };
        /** @description One sentence about you. */
        Memory: {
            chatId?: components["schemas"]["ChatId"] | null;
            /** @description The sentence. */
            content: string;
            /**
             * Format: date-time
             * @description When it was first saved.
             */
            createdAt: string;
            /** @description Its id; the same for life. */
            id: string;
            messageId?: components["schemas"]["MessageId"] | null;
            /** @description Who wrote it down: `user` (you), `chat` (noticed in a chat) or `agent` (by its tool). */
            source: string;
            /** @description Text from outside was read when it was saved: answers that use it ask before every write. */
            tainted: boolean;
            /**
             * Format: date-time
             * @description When it got its present content.
             */
            updatedAt: string;
        };
        /**
         * @description What was done with memories.
         * @enum {string}
         */
        MemoryAction: "saved" | "recalled" | "unavailable" | "pending";
        /** @description A memory, wrapped. */
        MemoryBody: {
            /** @description The memory. */
            memory: components["schemas"]["Memory"];
        };
        /** @description What a memory shall say. */
        MemoryContentBody: {
            /** @description At most 1000 characters, kept on one line. */
            content: string;
        };
        /** @description All memories. */
        MemoryExportBody: {
            /**
             * Format: date-time
             * @description When they were read.
             */
            exportedAt: string;
            /** @description Those that changed last first. */
            memories: components["schemas"]["ExportedMemoryView"][];
        };
        /** @description A memory's past. */
        MemoryHistoryBody: {
            /** @description The newest first. */
            items: components["schemas"]["PastMemoryView"][];
        };
        /** @description A memory that was found. */
        MemoryHit: components["schemas"]["Memory"] & {
            /**
             * Format: float
             * @description How well it fits, 0 to 1.
             */
            score: number;
        };
        /** @description What was found. */
        MemoryHitsBody: {
            /** @description The best first. */
            items: components["schemas"]["MemoryHit"][];
        };
        /** @description A memory as a run event shows it. */
        MemoryItem: {
            /** @description Its sentence. */
            content: string;
            /** @description Its id. */
            id: string;
        };
        /** @description What is left of a memory. */
        MemoryLeftBody: {
            memory: components["schemas"]["Memory"] | null;
        };
        /** @description What was done with memories, as it is kept with the answer: the data of the `memory` event. */
        MemoryNote: {
            /** @description What was done. */
            action: components["schemas"]["MemoryAction"];
            /** @description With which ones. Those that were forgotten since are missing. */
            items: components["schemas"]["MemoryItem"][];
        };
        /** @description What to look for. */
        MemorySearchBody: {
            /** @description How many at most, 1 to 100; 10 when none. */
            limit?: number | null;
            /** @description Words, or a question. */
            query: string;
        };
        /** @description How memory works for you. */
        MemorySettings: {
            /** @description Nothing is saved and nothing recalled. */
            paused: boolean;
            /**
             * @description `noticed`: what you say of yourself in chats is saved. `asked`: only what you ask to have remembered,
             *     because no model of this server can tell the rest.
             */
            saving: string;
            /** @description Where memories are kept: `built-in` or `Supermemory`. */
            service: string;
        };
        /** @description The settings, wrapped. */
        MemorySettingsBody: {
            /** @description The settings. */
            settings: components["schemas"]["MemorySettings"];
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
            /** @description Its images. */
            imageAttachments: components["schemas"]["ImageAttachment"][];
            /** @description The memories that were used for it and saved with it, as in the `memory` event. */
            memories?: components["schemas"]["MemoryNote"][];
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
        NewMcpServerBody: {
            /**
             * @description The agents that get its tools; none: all.
             * @default null
             */
            agents?: string[] | null;
            /**
             * @description Its arguments.
             * @default null
             */
            args?: string[] | null;
            /**
             * @description The program, for `stdio`.
             * @default null
             */
            command?: string | null;
            /**
             * @description Its environment, beside `PATH`.
             * @default null
             */
            env?: {
                [key: string]: string;
            } | null;
            /**
             * @description Headers of every request.
             * @default null
             */
            headers?: {
                [key: string]: string;
            } | null;
            /**
             * @description What to call it; part of its tools' names.
             * @default
             */
            name: string;
            /**
             * @description `user` (the default): yours alone; `global`: everybody's, which needs an administrator.
             * @default null
             */
            scope?: string | null;
            /**
             * @description `http` (the default) or `stdio`, which needs an administrator.
             * @default null
             */
            transport?: string | null;
            /**
             * @description Whether its word that a tool only reads is believed.
             * @default null
             */
            trustReadOnlyHint?: boolean | null;
            /**
             * @description Where it is, over HTTP.
             * @default null
             */
            url?: string | null;
        };
        /** @description What was said. */
        OpenAiAnswer: {
            /** @description The text; null when there are only calls. */
            content: string | null;
            /** @description What the model thought, where it shows it. */
            reasoning_content?: string | null;
            /** @description Always null: a model that declines says so in the content. */
            refusal: string | null;
            /** @description Always `assistant`. */
            role: string;
            /** @description Calls of the caller's tools. */
            tool_calls?: components["schemas"]["OpenAiToolCall"][];
        };
        /** @description What is called. */
        OpenAiCalledFunction: {
            /** @description The arguments, as JSON text. */
            arguments: string;
            /** @description The tool's name. */
            name: string;
        };
        /** @description The answer itself. */
        OpenAiChoice: {
            /** @description `stop`, `length`, `tool_calls` or `content_filter`. */
            finish_reason: string;
            /**
             * Format: int32
             * @description Always 0.
             */
            index: number;
            /** @description Always null. */
            logprobs: Record<string, never> | null;
            /** @description What was said. */
            message: components["schemas"]["OpenAiAnswer"];
        };
        /** @description A whole answer. */
        OpenAiCompletion: {
            /** @description Always one. */
            choices: components["schemas"]["OpenAiChoice"][];
            /**
             * Format: int64
             * @description When it was made, seconds since 1970.
             */
            created: number;
            /** @description Its id. */
            id: string;
            /** @description Who answered, as it was asked for. */
            model: string;
            /** @description Always `chat.completion`. */
            object: string;
            /** @description What it cost. */
            usage: components["schemas"]["OpenAiUsage"];
        };
        /** @description An error in OpenAI's form. */
        OpenAiError: {
            /** @description What went wrong. */
            error: components["schemas"]["OpenAiErrorObject"];
        };
        /** @description What went wrong. */
        OpenAiErrorObject: {
            /** @description A stable word for programs. */
            code: string | null;
            /** @description What it means and what to do. */
            message: string;
            /** @description The field that is wrong. */
            param: string | null;
            /** @description The sort of error, such as `invalid_request_error`. */
            type: string;
        };
        /** @description A function of the caller's. */
        OpenAiFunction: {
            /** @description For the model. */
            description?: string | null;
            /** @description Letters, digits, `-` and `_`. */
            name: string;
            /** @description JSON Schema of the arguments. */
            parameters?: Record<string, never> | null;
        };
        /** @description What was called. */
        OpenAiFunctionGiven: {
            /** @description The arguments, as JSON text. */
            arguments: string;
            /** @description The tool's name. */
            name: string;
        };
        /** @description A turn of the conversation. */
        OpenAiMessage: {
            /** @description Text, or a list of `text` and `image_url` parts. */
            content?: unknown;
            /** @description `system`, `developer`, `user`, `assistant` or `tool`. */
            role: string;
            /** @description The call that a `tool` message answers. */
            tool_call_id?: string | null;
            /** @description Calls that the assistant made. */
            tool_calls?: components["schemas"]["OpenAiToolCallGiven"][] | null;
        };
        /** @description Something that answers. */
        OpenAiModel: {
            /**
             * Format: int64
             * @description Seconds since 1970; 0 where it is not known.
             */
            created: number;
            /** @description An agent's name, or `provider/model`. */
            id: string;
            /** @description Always `model`. */
            object: string;
            /** @description `kuma` for agents, the provider's name for models. */
            owned_by: string;
        };
        /** @description All that answer. */
        OpenAiModels: {
            /** @description Agents first, the default one in front. */
            data: components["schemas"]["OpenAiModel"][];
            /** @description Always `list`. */
            object: string;
        };
        /** @description What is asked. */
        OpenAiRequest: {
            /** @description Not taken. */
            audio?: Record<string, never> | null;
            /**
             * Format: double
             * @description Only 0.
             */
            frequency_penalty?: number | null;
            /** @description Not taken: use `tool_choice`. */
            function_call?: Record<string, never> | null;
            /** @description Not taken: use `tools`. */
            functions?: Record<string, never> | null;
            /** @description Only an empty one. */
            logit_bias?: Record<string, never> | null;
            /** @description Only false. */
            logprobs?: boolean | null;
            /**
             * Format: int32
             * @description Most tokens to write.
             */
            max_completion_tokens?: number | null;
            /**
             * Format: int32
             * @description Most tokens to write. The older name.
             */
            max_tokens?: number | null;
            /** @description The whole conversation. */
            messages: components["schemas"]["OpenAiMessage"][];
            /** @description Only text. */
            modalities?: string[] | null;
            /** @description An agent's name or a model's id. */
            model: string;
            /**
             * Format: int32
             * @description Only 1.
             */
            n?: number | null;
            /** @description When false, at most one call is given back. */
            parallel_tool_calls?: boolean | null;
            /**
             * Format: double
             * @description Only 0.
             */
            presence_penalty?: number | null;
            response_format?: components["schemas"]["OpenAiResponseFormat"] | null;
            /** @description Texts at which the answer ends: one, or up to four. */
            stop?: unknown;
            /** @description Only false: nothing is kept. */
            store?: boolean | null;
            /** @description Whether the answer comes as it is made. */
            stream?: boolean | null;
            stream_options?: components["schemas"]["OpenAiStreamOptions"] | null;
            /**
             * Format: double
             * @description 0 to 2.
             */
            temperature?: number | null;
            /** @description `auto`, `none`, `required`, or one of the tools. */
            tool_choice?: unknown;
            /** @description The caller's own tools. */
            tools?: components["schemas"]["OpenAiTool"][] | null;
            /**
             * Format: int32
             * @description Not taken.
             */
            top_logprobs?: number | null;
            /**
             * Format: double
             * @description Only 1.
             */
            top_p?: number | null;
        };
        /** @description The form of the answer. */
        OpenAiResponseFormat: {
            /** @description `{name, schema}` */
            json_schema?: Record<string, never> | null;
            /** @description `text` or `json_schema`. */
            type: string;
        };
        /** @description How a stream comes. */
        OpenAiStreamOptions: {
            /** @description Whether the last chunk tells the cost. */
            include_usage?: boolean | null;
        };
        /** @description A tool of the caller's. */
        OpenAiTool: {
            function?: components["schemas"]["OpenAiFunction"] | null;
            /** @description Always `function`. */
            type: string;
        };
        /** @description A call of one of the caller's tools. */
        OpenAiToolCall: {
            /** @description What is called. */
            function: components["schemas"]["OpenAiCalledFunction"];
            /** @description Its id. */
            id: string;
            /** @description Always `function`. */
            type: string;
        };
        /** @description A call of a tool. */
        OpenAiToolCallGiven: {
            /** @description What was called. */
            function: components["schemas"]["OpenAiFunctionGiven"];
            /** @description Its id. */
            id: string;
        };
        /** @description What an answer cost. */
        OpenAiUsage: {
            /**
             * Format: int64
             * @description Tokens written.
             */
            completion_tokens: number;
            /**
             * Format: int64
             * @description Tokens read.
             */
            prompt_tokens: number;
            /**
             * Format: int64
             * @description Both.
             */
            total_tokens: number;
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
        Paged_ApiKey: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                createdAt: string;
                /**
                 * Format: date-time
                 * @description From when on it does not work; null: it does not expire.
                 */
                expiresAt: string | null;
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * Format: date-time
                 * @description When it was used last, to about a minute; null: never.
                 */
                lastUsedAt: string | null;
                /** @description What you call it. */
                name: string;
                /** @description The beginning of the key. */
                prefix: string;
                /** @description What it may be used for: `full`, `chat` (`/v1`), `mcp` (`/mcp`). */
                scopes: string[];
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
        Paged_Document: {
            /** @description The items. */
            items: {
                chatId: components["schemas"]["ChatId"] | null;
                /** Format: date-time */
                createdAt: string;
                /** @description What you call it. */
                displayName: string;
                error?: components["schemas"]["DocumentError"] | null;
                /** @description The file's name. */
                filename: string;
                /**
                 * Format: int64
                 * @description Bytes of the file.
                 */
                fileSize: number;
                /** @description Whether it is found by meaning too; until then, and after a change of the embedding model, by its words alone. */
                hasVectors: boolean;
                id: components["schemas"]["DocumentId"];
                /** @description What the file is, by its content. */
                mimeType: string;
                /**
                 * Format: int32
                 * @description Pages, slides, sheets or chapters; null before it was read and for what has none.
                 */
                pageCount: number | null;
                progress?: components["schemas"]["DocumentProgress"] | null;
                status: components["schemas"]["DocumentStatus"];
                /** @description What it is about, when somebody has said so. */
                summary?: string | null;
                /** @description The title that the file states about itself. */
                title?: string | null;
                /** @description What is missing from its text, in sentences. */
                warnings: string[];
            }[];
            /** @description Where the next page begins; null on the last. */
            nextCursor: string | null;
        };
        /** @description One page of a list. */
        Paged_Memory: {
            /** @description The items. */
            items: {
                chatId?: components["schemas"]["ChatId"] | null;
                /** @description The sentence. */
                content: string;
                /**
                 * Format: date-time
                 * @description When it was first saved.
                 */
                createdAt: string;
                /** @description Its id; the same for life. */
                id: string;
                messageId?: components["schemas"]["MessageId"] | null;
                /** @description Who wrote it down: `user` (you), `chat` (noticed in a chat) or `agent` (by its tool). */
                source: string;
                /** @description Text from outside was read when it was saved: answers that use it ask before every write. */
                tainted: boolean;
                /**
                 * Format: date-time
                 * @description When it got its present content.
                 */
                updatedAt: string;
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
                /** @description Its images. */
                imageAttachments: components["schemas"]["ImageAttachment"][];
                /** @description The memories that were used for it and saved with it, as in the `memory` event. */
                memories?: components["schemas"]["MemoryNote"][];
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
        /** @description What a memory said before. */
        PastMemoryView: {
            /** @description The sentence. */
            content: string;
            /**
             * Format: date-time
             * @description Until when.
             */
            replacedAt: string;
            /**
             * Format: date-time
             * @description From when.
             */
            writtenAt: string;
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
        QuestionBody: {
            /** @description What to ask, at most 8 KiB. */
            question: string;
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
        RenameBody: {
            /** @description What to call it, at most 255 characters. */
            displayName: string;
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
        SearchBody: {
            /** @description Only in these documents, at most 50. */
            documentIds?: components["schemas"]["DocumentId"][] | null;
            /** @description How many passages, 1 to 50; 10 when not given. Neighbours come as one. */
            limit?: number | null;
            /** @description A question or a few words, in any language; at most 8 KiB. */
            query: string;
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
        /** @description What the document shows of the fields of JSON; they are read by name. */
        StreamBody: {
            /** @description Who shall answer; the chat's agent when none. */
            agentType?: string | null;
            chatId?: components["schemas"]["ChatId"] | null;
            /** @description Documents to answer from: whole when they fit the model's context, otherwise the passages that fit. */
            documentIds?: components["schemas"]["DocumentId"][] | null;
            /** @description The text, at most 256 KiB. */
            message: string;
            /** @description With which model, an id of `GET /api/models`; the default one when none. */
            model?: string | null;
            parentId?: components["schemas"]["MessageId"] | null;
        };
        /** @description What the document shows of the fields of a form; they are read by name. */
        StreamForm: {
            /** @description Who shall answer; the chat's agent when none. */
            agentType?: string | null;
            /** @description What the images show, for people who cannot see them: the first is the first image's, and so on. */
            alts: string[];
            chatId?: components["schemas"]["ChatId"] | null;
            /** @description Documents to answer from: whole when they fit the model's context, otherwise the passages that fit. */
            documentIds?: components["schemas"]["DocumentId"][] | null;
            /**
             * @description Images (PNG, JPEG, WebP, GIF), at most 10 of 20 MiB each, and documents, at most 50 MiB each; an answer waits
             *     until they are read.
             */
            files: string[];
            /** @description The text, at most 256 KiB; may be empty when images come with it. */
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
        /** @description A tool, and whether it is on. */
        ToolSwitch: {
            /** @description What it is about. */
            category: components["schemas"]["ToolCategory"];
            /** @description What it does. */
            description: string;
            /** @description For people. */
            displayName: string;
            /** @description What it does to the world. */
            effect: components["schemas"]["Effect"];
            /** @description Whether anybody can use it. */
            isActive: boolean;
            /** @description Its name, as agents call it. */
            name: string;
        };
        /** @description A tool, wrapped. */
        ToolSwitchBody: {
            /** @description The tool. */
            tool: components["schemas"]["ToolSwitch"];
        };
        /** @description All tools of this server. */
        ToolSwitchesBody: {
            /** @description In the order in which they are offered. */
            items: components["schemas"]["ToolSwitch"][];
        };
        UpdateAgentBody: {
            /**
             * @description What it is good for.
             * @default null
             */
            description?: string | null;
            /**
             * @description For people.
             * @default null
             */
            displayName?: string | null;
            /**
             * @description Whether it can be chosen.
             * @default null
             */
            isActive?: boolean | null;
            /**
             * @description Another model; null or empty: the default one.
             * @default null
             */
            model?: string | null;
            /**
             * @description Its instructions.
             * @default null
             */
            systemPrompt?: string | null;
            /**
             * Format: float
             * @description Another temperature; null: the model's own.
             * @default null
             */
            temperature?: number | null;
            /**
             * @description Other tools, in place of all it has.
             * @default null
             */
            tools?: string[] | null;
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
        UpdateToolBody: {
            /** @description Whether anybody can use it. */
            isActive: boolean;
        };
        UpdateUserBody: {
            /** @description What the account may do. */
            role: components["schemas"]["Role"];
        };
        /** @description The form. */
        UploadForm: {
            chatId?: components["schemas"]["ChatId"] | null;
            /**
             * Format: binary
             * @description The file, at most 50 MiB. What it is is decided from its content.
             */
            file: string;
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
    listAllAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllAgentsBody"];
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
    createAgent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateAgentBody"];
            };
        };
        responses: {
            /** @description The agent */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentBody"];
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
    getAgent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentBody"];
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
    deleteAgent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent */
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
    updateAgent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateAgentBody"];
            };
        };
        responses: {
            /** @description The changed agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentBody"];
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
    listToolSwitches: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, with which are on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolSwitchesBody"];
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
    switchTool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateToolBody"];
            };
        };
        responses: {
            /** @description The changed tool */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolSwitchBody"];
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
    chatMemory: {
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
            /** @description Whether it is on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatMemoryBody"];
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
    updateChatMemory: {
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
                "application/json": components["schemas"]["ChatMemoryBody"];
            };
        };
        responses: {
            /** @description Whether it is on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatMemoryBody"];
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
    chatImage: {
        parameters: {
            query?: {
                /** @description `small`: at most 512 pixels wide and high */
                size?: string;
            };
            header?: never;
            path: {
                /** @description The image */
                id: components["schemas"]["ImageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The image */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": number[];
                    "image/png": number[];
                };
            };
            /** @description It has not changed: it never does */
            304: {
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
                "multipart/form-data": components["schemas"]["StreamForm"];
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
    listDocuments: {
        parameters: {
            query?: {
                /** @description Only those of this chat. */
                chatId?: components["schemas"]["ChatId"];
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description How many items, 1 to 100. */
                limit?: number;
                /** @description Only those with this text in their name or title. */
                q?: string;
                /** @description Only those in this state. */
                status?: "processing" | "ready" | "failed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paged_Document"];
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
    uploadDocument: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["UploadForm"];
            };
        };
        responses: {
            /** @description It waits to be read */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentBody"];
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
    getDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The document */
                id: components["schemas"]["DocumentId"];
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
                    "application/json": components["schemas"]["DocumentBody"];
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
    deleteDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The document */
                id: components["schemas"]["DocumentId"];
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
    renameDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The document */
                id: components["schemas"]["DocumentId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenameBody"];
            };
        };
        responses: {
            /** @description The document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentBody"];
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
    followDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The document */
                id: components["schemas"]["DocumentId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `progress`, then `ready` or `failed` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["DocumentEvent"];
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
    documentFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description `bytes=0-1023` */
                Range?: string | null;
            };
            path: {
                /** @description The document */
                id: components["schemas"]["DocumentId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": number[];
                };
            };
            /** @description The part of it that was asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": number[];
                };
            };
            /** @description You have it */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The range is not in the file */
            416: {
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
    locateQuote: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The document */
                id: components["schemas"]["DocumentId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LocateBody"];
            };
        };
        responses: {
            /** @description Where it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentLocation"];
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
    queryDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The document */
                id: components["schemas"]["DocumentId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuestionBody"];
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentAnswer"];
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
    retryDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The document */
                id: components["schemas"]["DocumentId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It waits to be read */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentBody"];
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
    documentText: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The document */
                id: components["schemas"]["DocumentId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text; empty before it was read */
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
    searchDocuments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchBody"];
            };
        };
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentPassages"];
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
    documentStorage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The room */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentStorage"];
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
    listKeys: {
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
                    "application/json": components["schemas"]["Paged_ApiKey"];
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
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateKeyBody"];
            };
        };
        responses: {
            /** @description The key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeKeyBody"];
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
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does not work any more */
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
    mcpCallback: {
        parameters: {
            query?: {
                /** @description The code, when you agreed. */
                code?: string;
                /** @description Why there is no code. */
                error?: string;
                /** @description Who says that they sent it. */
                iss?: string;
                /** @description The state that the login was begun with. */
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the web app's page that ends the login, with what was brought */
            302: {
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
    finishMcpLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["McpCallback"];
            };
        };
        responses: {
            /** @description You are logged in there */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServerBody"];
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
    listMcpServers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yours and everybody's, as they were when they were last called */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServersBody"];
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
    addMcpServer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMcpServerBody"];
            };
        };
        responses: {
            /** @description Added, with its tools or what is wrong */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServerBody"];
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
    deleteMcpServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone, with everything granted on it */
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
    editMcpServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["McpServerPatchBody"];
            };
        };
        responses: {
            /** @description Changed; called again when it is reached in another way now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServerBody"];
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
    connectMcpServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where your browser goes; it comes back to the callback, and you end the login there */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpConnectBody"];
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
    disconnectMcpServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What you granted is forgotten */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServerBody"];
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
    refreshMcpServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With its tools as they are now, or what is wrong */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServerBody"];
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
    listMemories: {
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
                    "application/json": components["schemas"]["Paged_Memory"];
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
    createMemory: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemoryContentBody"];
            };
        };
        responses: {
            /** @description The new memory */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryBody"];
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
    clearMemories: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing is remembered */
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
    getMemory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The memory */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The memory */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryBody"];
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
    deleteMemory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The memory */
                id: string;
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
    updateMemory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The memory */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemoryContentBody"];
            };
        };
        responses: {
            /** @description The changed memory */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryBody"];
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
    memoryHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The memory */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its past */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryHistoryBody"];
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
    undoMemory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The memory */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is left of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryLeftBody"];
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
    exportMemories: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JSON file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryExportBody"];
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
    searchMemories: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemorySearchBody"];
            };
        };
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryHitsBody"];
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
    memorySettings: {
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
                    "application/json": components["schemas"]["MemorySettingsBody"];
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
    updateMemorySettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeMemorySettings"];
            };
        };
        responses: {
            /** @description The settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemorySettingsBody"];
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
    mcp: {
        parameters: {
            query?: never;
            header?: {
                /** @description The revision that is spoken */
                "MCP-Protocol-Version"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        /** @description A JSON-RPC message */
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The JSON-RPC answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                    "text/event-stream": string;
                };
            };
            /** @description A notification was taken */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A message that cannot be understood */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A method that is not there */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                    "application/problem+json": components["schemas"]["Problem"];
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
    openaiChatCompletions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenAiRequest"];
            };
        };
        responses: {
            /** @description The answer: whole, or with `stream` as `data:` lines of chunks that end with `[DONE]` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAiCompletion"];
                    "text/event-stream": string;
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAiError"];
                };
            };
        };
    };
    openaiListModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAiModels"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAiError"];
                };
            };
        };
    };
    openaiGetModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An agent's name or a model's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is there */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAiModel"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAiError"];
                };
            };
        };
    };
}
